from chainercv.chainer_experimental.datasets.sliceable.sliceable_dataset import SliceableDataset  # NOQA

from chainercv.chainer_experimental.datasets.sliceable.concatenated_dataset import ConcatenatedDataset  # NOQA
from chainercv.chainer_experimental.datasets.sliceable.getter_dataset import GetterDataset  # NOQA
from chainercv.chainer_experimental.datasets.sliceable.transform_dataset import TransformDataset  # NOQA
from chainercv.chainer_experimental.datasets.sliceable.tuple_dataset import TupleDataset  # NOQA
