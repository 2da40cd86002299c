from chainercv.links.model.senet.se_resnet import SEResNet  # NOQA
from chainercv.links.model.senet.se_resnet import SEResNet101  # NOQA
from chainercv.links.model.senet.se_resnet import SEResNet152  # NOQA
from chainercv.links.model.senet.se_resnet import SEResNet50  # NOQA
from chainercv.links.model.senet.se_resnext import SEResNeXt  # NOQA
from chainercv.links.model.senet.se_resnext import SEResNeXt101  # NOQA
from chainercv.links.model.senet.se_resnext import SEResNeXt50  # NOQA
