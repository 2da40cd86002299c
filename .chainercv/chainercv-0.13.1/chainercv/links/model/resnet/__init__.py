from chainercv.links.model.resnet.resblock import Bottleneck  # NOQA
from chainercv.links.model.resnet.resblock import ResBlock  # NOQA
from chainercv.links.model.resnet.resnet import ResNet  # NOQA
from chainercv.links.model.resnet.resnet import ResNet101  # NOQA
from chainercv.links.model.resnet.resnet import ResNet152  # NOQA
from chainercv.links.model.resnet.resnet import ResNet50  # NOQA
