from chainercv.chainer_experimental.datasets import sliceable  # NOQA
