"""What Keras says of given pictures, to compare with what the project makes of the same network.

    ask.py features BASE.npz PICTURES    mean features of the frozen base, float32 [n, 1280]
    ask.py model MODEL.h5 PICTURES       the model's outputs, float32 [n, classes]

PICTURES: uint8 [n, 224, 224, 3], red, green, blue. The floats go to standard output as they are.
"""

import sys

import numpy
from train import SIZE, frozen_base, keras


def main():
    what, path, file = sys.argv[1:]
    pictures = numpy.fromfile(file, numpy.uint8).reshape(-1, SIZE, SIZE, 3)
    pictures = pictures.astype('float32') / 127.5 - 1
    if what == 'features':
        values = frozen_base(path).predict(pictures, verbose=0).mean(axis=(1, 2))
    else:
        values = keras.models.load_model(path, compile=False).predict(pictures, verbose=0)
    sys.stdout.buffer.write(values.astype('<f4').tobytes())


if __name__ == '__main__':
    main()
