from chainer.testing import product  # NOQA
from chainer.testing import product_dict  # NOQA
from chainer.testing import run_module  # NOQA

from chainercv.utils.testing.assertions import assert_is_bbox  # NOQA
from chainercv.utils.testing.assertions import assert_is_bbox_dataset  # NOQA
from chainercv.utils.testing.assertions import assert_is_detection_link  # NOQA
from chainercv.utils.testing.assertions import assert_is_image  # NOQA
from chainercv.utils.testing.assertions import assert_is_instance_segmentation_dataset  # NOQA
from chainercv.utils.testing.assertions import assert_is_instance_segmentation_link  # NOQA
from chainercv.utils.testing.assertions import assert_is_label_dataset  # NOQA
from chainercv.utils.testing.assertions import assert_is_point  # NOQA
from chainercv.utils.testing.assertions import assert_is_point_dataset  # NOQA
from chainercv.utils.testing.assertions import assert_is_semantic_segmentation_dataset  # NOQA
from chainercv.utils.testing.assertions import assert_is_semantic_segmentation_link  # NOQA
from chainercv.utils.testing.constant_stub_link import ConstantStubLink  # NOQA
from chainercv.utils.testing.generate_random_bbox import generate_random_bbox  # NOQA
from chainercv.utils.testing.parameterized import parameterize  # NOQA
