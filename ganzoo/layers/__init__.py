"""Chainer's layers at the speed of this machine's vector units: the same links, parameters, snapshots and gradients.

    links.py       Convolution2D, Deconvolution2D, Linear, BatchNormalization, each with the activation that follows it
    functions.py   their functions: a convolution and its two gradients, each the gradient of the others
    function.py    what all of these are: a Chainer function that costs little to call
    normalizing.py batch normalisation
    scaling.py     a scale for each channel of each image
    conditional.py batch normalisation by class
    resampling.py  pictures of twice and half their size, and convolutions to them
    upsampling.py  pictures of twice their size, smoothly
    losses.py      the logistic losses of a GAN
    adam.py        Adam; what a moving average does at each step
    activations.py what can follow a layer
    native.py      the C library in kernels/: built when it is first wanted, kept in the cache

Images are NCHW to Chainer and NHWC in memory, as strides say, so that consecutive layers copy nothing. NumPy arrays in
float32 or float64 go this way; CuPy's, convolutions in groups, a machine that cannot build the library and all that
runs under `chainer.using_config("fast_layers", False)`, as what is traced for an export does, take Chainer's own
functions.
"""

from ganzoo.layers.activations import IDENTITY, LEAKY_RELU, RELU, SIGMOID, Activation
from ganzoo.layers.adam import Adam, move_average
from ganzoo.layers.conditional import ConditionalBatchNormalization
from ganzoo.layers.links import BatchNormalization, Convolution2D, Deconvolution2D, Linear
from ganzoo.layers.losses import mean_softplus
from ganzoo.layers.resampling import DoublingConvolution2D, HalvingConvolution2D, doubled, halved, summed
from ganzoo.layers.scaling import scale
from ganzoo.layers.upsampling import upsampled

__all__ = [
    "IDENTITY",
    "LEAKY_RELU",
    "RELU",
    "SIGMOID",
    "Activation",
    "Adam",
    "BatchNormalization",
    "ConditionalBatchNormalization",
    "Convolution2D",
    "Deconvolution2D",
    "DoublingConvolution2D",
    "HalvingConvolution2D",
    "Linear",
    "doubled",
    "halved",
    "mean_softplus",
    "move_average",
    "scale",
    "summed",
    "upsampled",
]
