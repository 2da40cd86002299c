from chainercv.utils.image.read_image import read_image  # NOQA
from chainercv.utils.image.read_label import read_label  # NOQA
from chainercv.utils.image.tile_images import tile_images  # NOQA
from chainercv.utils.image.write_image import write_image  # NOQA
