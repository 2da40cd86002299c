"""From Chainer's functions to WebDNN's graph.

tape.py      a forward pass: the functions that were called, and the layer each one belongs to
batch.py     whether a picture's output depends on that picture alone
converter.py WebDNN's converter, with names and refusals
functions/   Chainer functions that WebDNN's converter lacks or gets wrong
axes.py      dimensions of several variables made one, where that harms none
operators.py operators that WebDNN lacks; only ganzoo's layout knows them
"""
