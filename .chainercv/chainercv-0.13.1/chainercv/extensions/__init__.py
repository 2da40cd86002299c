from chainercv.extensions.evaluator.detection_coco_evaluator import DetectionCOCOEvaluator  # NOQA
from chainercv.extensions.evaluator.detection_voc_evaluator import DetectionVOCEvaluator  # NOQA
from chainercv.extensions.evaluator.instance_segmentation_coco_evaluator import InstanceSegmentationCOCOEvaluator  # NOQA
from chainercv.extensions.evaluator.instance_segmentation_voc_evaluator import InstanceSegmentationVOCEvaluator  # NOQA
from chainercv.extensions.evaluator.semantic_segmentation_evaluator import SemanticSegmentationEvaluator  # NOQA
from chainercv.extensions.vis_report.detection_vis_report import DetectionVisReport  # NOQA
