"""What Keras itself says of pictures.

    keras_outputs.py FOLDER SIZES MODEL

SIZES is HEIGHTxWIDTH of each picture, with commas; FOLDER/N.in holds picture N as float32 [HEIGHT,
WIDTH, 3]. Its row of outputs goes to FOLDER/N-0.bin as float32. Code in the file is not run.
"""
import os
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")

import keras  # noqa: E402
import numpy  # noqa: E402

folder, sizes, path = sys.argv[1:]
try:
    model = keras.models.load_model(path, compile=False, safe_mode=True)
except TypeError:
    model = keras.models.load_model(path, compile=False)
for n, size in enumerate(sizes.split(",")):
    height, width = map(int, size.split("x"))
    picture = numpy.fromfile("%s/%d.in" % (folder, n), numpy.float32)
    row = model.predict(picture.reshape(1, height, width, 3), verbose=0)
    numpy.asarray(row, numpy.float32).tofile("%s/%d-0.bin" % (folder, n))
