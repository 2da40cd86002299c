"""Write the small ONNX file that tf2onnx makes of a Keras network: tests/data/onnx/keras-*.onnx.

python with_keras.py FOLDER
"""

from __future__ import annotations

import sys
from pathlib import Path

import keras
import tensorflow as tf
import tf2onnx
from keras import layers


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    keras.utils.set_random_seed(20171104)
    x = keras.Input((16, 16, 3), name="x")
    y = layers.Conv2D(8, 3, strides=2, padding="same", activation="relu")(x)
    y = layers.SeparableConv2D(12, 3, padding="same")(y)
    y = layers.BatchNormalization()(y)
    y = layers.Activation("swish")(y)
    y = layers.Conv2DTranspose(8, 3, strides=2, padding="same")(y)
    y = layers.AveragePooling2D(3, strides=2, padding="same")(y)
    y = layers.GlobalAveragePooling2D()(y)
    y = layers.Dense(5, activation="softmax", name="y")(y)
    model = keras.Model(x, y)
    forward = tf.function(lambda given: model(given, training=False))
    signature = [tf.TensorSpec((None, 16, 16, 3), tf.float32, name="x")]
    tf2onnx.convert.from_function(forward, input_signature=signature, output_path=str(folder / "keras-classifier.onnx"))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
