from chainercv.visualizations.vis_bbox import vis_bbox  # NOQA
from chainercv.visualizations.vis_image import vis_image  # NOQA
from chainercv.visualizations.vis_instance_segmentation import vis_instance_segmentation  # NOQA
from chainercv.visualizations.vis_point import vis_point  # NOQA
from chainercv.visualizations.vis_semantic_segmentation import vis_semantic_segmentation  # NOQA
