"""Comparing what browsers compute with what Chainer computes."""
