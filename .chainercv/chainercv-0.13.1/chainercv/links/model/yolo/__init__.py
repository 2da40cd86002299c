from chainercv.links.model.yolo.yolo_base import YOLOBase  # NOQA
from chainercv.links.model.yolo.yolo_v2 import Darknet19Extractor  # NOQA
from chainercv.links.model.yolo.yolo_v2 import YOLOv2  # NOQA
from chainercv.links.model.yolo.yolo_v2 import YOLOv2Base  # NOQA
from chainercv.links.model.yolo.yolo_v3 import Darknet53Extractor  # NOQA
from chainercv.links.model.yolo.yolo_v3 import ResidualBlock  # NOQA
from chainercv.links.model.yolo.yolo_v3 import YOLOv3  # NOQA
