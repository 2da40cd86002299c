"""`mnist`, `fashion-mnist` and `kmnist`: 60,000 training and 10,000 test images of 28x28 each, as IDX files.

MNIST: Y. LeCun, C. Cortes, C. Burges, "The MNIST database of handwritten digits", 1998.
Fashion-MNIST: H. Xiao, K. Rasul, R. Vollgraf, arXiv:1708.07747, 2017.
KMNIST: T. Clanuwat et al., "Deep Learning for Classical Japanese Literature", arXiv:1812.01718, 2018.

A file is accepted by its content only, wherever it comes from. The digests of MNIST's and Fashion-MNIST's
unpacked files are SHA-256. For KMNIST no such digest is published: there the SHA-256 of the gzip files as
served counts, the one in TensorFlow Datasets' and torchvision's tables; KMNIST files that are unpacked
already, or packed again, are known by the MD5 of the content.
"""

from __future__ import annotations

from functools import partial

from ganzoo.datasets.idx import IdxFile, IdxSet, fetch, load
from ganzoo.specs import Dataset

TRAIN_IMAGES, TRAIN_LABELS = "train-images-idx3-ubyte", "train-labels-idx1-ubyte"
TEST_IMAGES, TEST_LABELS = "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"
N_TRAIN, N_TEST = 60_000, 10_000
HEIGHT_WIDTH = (28, 28)

SETS = (
    IdxSet(
        name="mnist",
        classes=tuple("0123456789"),
        mirrors=(
            "https://storage.googleapis.com/cvdf-datasets/mnist/",
            "https://ossci-datasets.s3.amazonaws.com/mnist/",
        ),
        train_images=IdxFile(
            TRAIN_IMAGES,
            (N_TRAIN, *HEIGHT_WIDTH),
            "sha256:ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
        ),
        train_labels=IdxFile(
            TRAIN_LABELS,
            (N_TRAIN,),
            "sha256:65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
        ),
        test_images=IdxFile(
            TEST_IMAGES,
            (N_TEST, *HEIGHT_WIDTH),
            "sha256:0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
        ),
        test_labels=IdxFile(
            TEST_LABELS,
            (N_TEST,),
            "sha256:ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
        ),
    ),
    IdxSet(
        name="fashion-mnist",
        classes=(
            "T-shirt/top",
            "Trouser",
            "Pullover",
            "Dress",
            "Coat",
            "Sandal",
            "Shirt",
            "Sneaker",
            "Bag",
            "Ankle boot",
        ),
        mirrors=(
            "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/"
            "b2617bb6d3ffa2e429640350f613e3291e10b141/data/fashion/",
            "https://storage.googleapis.com/tensorflow/tf-keras-datasets/",
            "https://fashion-mnist.s3.eu-central-1.amazonaws.com/",
        ),
        train_images=IdxFile(
            TRAIN_IMAGES,
            (N_TRAIN, *HEIGHT_WIDTH),
            "sha256:c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
        ),
        train_labels=IdxFile(
            TRAIN_LABELS,
            (N_TRAIN,),
            "sha256:bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
        ),
        test_images=IdxFile(
            TEST_IMAGES,
            (N_TEST, *HEIGHT_WIDTH),
            "sha256:5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
        ),
        test_labels=IdxFile(
            TEST_LABELS,
            (N_TEST,),
            "sha256:0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
        ),
    ),
    IdxSet(
        name="kmnist",
        classes=("o", "ki", "su", "tsu", "na", "ha", "ma", "ya", "re", "wo"),
        mirrors=(
            "https://codh.rois.ac.jp/kmnist/dataset/kmnist/",
            # a copy of the four files; at this commit, since later ones no longer have them
            "https://huggingface.co/datasets/tanganke/kmnist/resolve/756d43e894032ce8838db8b32e7500c9c3b5d050/raw/",
        ),
        # until their SHA-256 is known, MD5 suffices: to forge a published file takes a second preimage, no collision
        train_images=IdxFile(
            TRAIN_IMAGES,
            (N_TRAIN, *HEIGHT_WIDTH),
            "md5:92be26ec9822e900ac425d0a0aa84ced",
            "sha256:51467d22d8cc72929e2a028a0428f2086b092bb31cfb79c69cc0a90ce135fde4",
        ),
        train_labels=IdxFile(
            TRAIN_LABELS,
            (N_TRAIN,),
            "md5:949e75301f8813e0dc5800dcc320fc52",
            "sha256:e38f9ebcd0f3ebcdec7fc8eabdcdaef93bb0df8ea12bee65224341c8183d8e17",
        ),
        test_images=IdxFile(
            TEST_IMAGES,
            (N_TEST, *HEIGHT_WIDTH),
            "md5:bf305b8cd328700fbc17f5acbc2856d2",
            "sha256:edd7a857845ad6bb1d0ba43fe7e794d164fe2dce499a1694695a792adfac43c5",
        ),
        test_labels=IdxFile(
            TEST_LABELS,
            (N_TEST,),
            "md5:9f55f451c0988b028eccdf7d5cc265ab",
            "sha256:20bb9a0ef54c7db3efc55a92eef5582c109615df22683c380526788f98e42a1c",
        ),
    ),
)


def _dataset(chosen: IdxSet, summary: str, source: str, licence: str) -> Dataset:
    return Dataset(
        name=chosen.name,
        summary=summary,
        source=source,
        licence=licence,
        shape=(1, *HEIGHT_WIDTH),
        n_classes=len(chosen.classes),
        load=partial(load, chosen, SETS),
        fetch=partial(fetch, chosen, SETS),
    )


MNIST = _dataset(SETS[0], "70,000 handwritten digits", "http://yann.lecun.com/exdb/mnist/", "CC BY-SA 3.0")
FASHION_MNIST = _dataset(SETS[1], "70,000 articles of clothing", "https://arxiv.org/abs/1708.07747", "MIT")
KMNIST = _dataset(
    SETS[2],
    "70,000 handwritten hiragana of classical Japanese",
    "https://arxiv.org/abs/1812.01718",
    "CC BY-SA 4.0",
)
