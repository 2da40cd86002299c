from chainercv.experimental.links.model.pspnet.pspnet import PSPNet  # NOQA
from chainercv.experimental.links.model.pspnet.pspnet import PSPNetResNet101  # NOQA
from chainercv.experimental.links.model.pspnet.pspnet import PSPNetResNet50  # NOQA
from chainercv.experimental.links.model.pspnet.transforms import convolution_crop  # NOQA
