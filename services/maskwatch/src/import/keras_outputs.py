"""What Keras itself says of pictures.

    keras_outputs.py FOLDER SIZES MODEL

SIZES is HEIGHTxWIDTH of each picture, the same for all, with commas; FOLDER/N.in holds picture N as
float32 [HEIGHT, WIDTH, 3]. Its row of outputs goes to FOLDER/N-0.bin as float32. Code in the file is
not run.
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
height, width = map(int, sizes.split(",")[0].split("x"))
count = len(sizes.split(","))
pictures = [numpy.fromfile("%s/%d.in" % (folder, n), numpy.float32) for n in range(count)]
rows = model.predict(numpy.reshape(pictures, (count, height, width, 3)), batch_size=16, verbose=0)
for n, row in enumerate(numpy.asarray(rows, numpy.float32)):
    row.tofile("%s/%d-0.bin" % (folder, n))
