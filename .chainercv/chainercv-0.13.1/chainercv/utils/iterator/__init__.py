from chainercv.utils.iterator.apply_to_iterator import apply_to_iterator  # NOQA
from chainercv.utils.iterator.progress_hook import ProgressHook  # NOQA
from chainercv.utils.iterator.unzip import unzip  # NOQA
