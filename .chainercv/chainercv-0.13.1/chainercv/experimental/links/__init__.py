from chainercv.experimental.links.model.fcis.fcis_resnet101 import FCISResNet101  # NOQA
from chainercv.experimental.links.model.fcis.fcis_train_chain import FCISTrainChain  # NOQA
from chainercv.experimental.links.model.pspnet.pspnet import PSPNetResNet101  # NOQA
from chainercv.experimental.links.model.pspnet.pspnet import PSPNetResNet50  # NOQA
from chainercv.experimental.links.model.yolo import YOLOv2Tiny  # NOQA
