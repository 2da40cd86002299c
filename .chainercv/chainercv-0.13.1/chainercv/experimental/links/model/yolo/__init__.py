from chainercv.experimental.links.model.yolo.yolo_v2_tiny import DarknetExtractor  # NOQA
from chainercv.experimental.links.model.yolo.yolo_v2_tiny import YOLOv2Tiny  # NOQA
