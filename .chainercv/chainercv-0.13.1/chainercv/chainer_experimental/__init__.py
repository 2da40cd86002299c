from chainercv.chainer_experimental import datasets  # NOQA
from chainercv.chainer_experimental import training  # NOQA
