from chainercv.chainer_experimental.training import extensions  # NOQA
