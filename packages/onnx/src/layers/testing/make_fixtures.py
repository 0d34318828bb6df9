"""Makes the small Keras models beside this file, with what Keras gives for two pictures.

    pip install tensorflow-cpu==2.21.0
    python make_fixtures.py
"""

import json
import pathlib

import keras
import numpy as np
from keras import layers

HERE = pathlib.Path(__file__).parent
numbers = np.random.default_rng(5)


def plain():
    """A Sequential model that scales its picture itself and ends in softmax."""
    return keras.Sequential(
        [
            keras.Input((12, 13, 3)),
            layers.RandomFlip("horizontal"),
            layers.Rescaling(1 / 127.5, offset=-1),
            layers.Conv2D(4, 3, strides=2, padding="same", activation="relu"),
            layers.MaxPooling2D(2),
            layers.Flatten(),
            layers.Dropout(0.5),
            layers.Dense(3, activation="softmax"),
        ]
    )


def nested():
    """A frozen functional base inside a functional model that ends in one sigmoid unit."""
    picture = keras.Input((10, 10, 3))
    x = layers.Conv2D(4, 1, use_bias=False)(picture)
    x = layers.BatchNormalization()(x)
    before = layers.ReLU(6.0)(x)
    x = layers.ZeroPadding2D(((0, 1), (0, 1)))(before)
    x = layers.DepthwiseConv2D(2, use_bias=False)(x)
    x = layers.BatchNormalization(scale=False)(x)
    x = layers.Add()([before, x])
    x = layers.SeparableConv2D(5, 3, padding="same", depth_multiplier=2)(x)
    base = keras.Model(picture, x, name="base")
    base.trainable = False
    outer = keras.Input((10, 10, 3))
    # The function of Keras's MobileNetV2 for pictures of 0 to 255.
    x = outer / 127.5 - 1
    x = base(x, training=False)
    x = layers.GlobalAveragePooling2D()(x)
    return keras.Model(outer, layers.Dense(1, activation="sigmoid")(x))


def randomise(model):
    for weight in model.weights:
        shape = weight.shape
        if not str(weight.dtype).startswith("float"):
            continue
        if "variance" in weight.path or "gamma" in weight.path:
            weight.assign(numbers.uniform(0.5, 1.5, shape))
        else:
            weight.assign(numbers.normal(0, 0.5, shape))


for name, make in [("plain", plain), ("nested", nested)]:
    model = make()
    randomise(model)
    size = model.input_shape[1:]
    pictures = numbers.integers(0, 256, (2, *size)).astype("float32")
    model.save(HERE / f"{name}.h5")
    model.save(HERE / f"{name}.keras")
    told = {
        "shape": list(pictures.shape),
        "pictures": pictures.astype(int).ravel().tolist(),
        "probabilities": model.predict(pictures, verbose=0).astype(float).tolist(),
    }
    (HERE / f"{name}.json").write_text(json.dumps(told) + "\n")
