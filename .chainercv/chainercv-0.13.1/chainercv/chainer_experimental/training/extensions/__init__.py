from chainercv.chainer_experimental.training.extensions.make_shift import make_shift  # NOQA
