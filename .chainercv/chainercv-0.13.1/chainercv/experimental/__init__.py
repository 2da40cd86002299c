from chainercv.experimental import links  # NOQA
