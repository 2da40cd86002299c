from chainercv.functions.ps_roi_average_align_2d import ps_roi_average_align_2d  # NOQA
from chainercv.functions.ps_roi_average_pooling_2d import ps_roi_average_pooling_2d  # NOQA
from chainercv.functions.ps_roi_max_align_2d import ps_roi_max_align_2d  # NOQA
from chainercv.functions.ps_roi_max_pooling_2d import ps_roi_max_pooling_2d  # NOQA
