"""Raw head maps of a darknet network as OpenCV's own reader computes them.

    opencv_heads.py CFG WEIGHTS PICTURE WIDTH HEIGHT OUT_DIR LAYER...

PICTURE holds float32 [1, 3, HEIGHT, WIDTH]. Of each LAYER (the number of the convolution before a
yolo layer) the output is written to OUT_DIR/LAYER.bin as float32; its shape is printed as a line.
The convolutions are read by name and not the yolo layers, which zero small class scores.
"""
import sys

import cv2
import numpy

cfg, weights, picture, width, height, out, *layers = sys.argv[1:]
net = cv2.dnn.readNetFromDarknet(cfg, weights)
net.setPreferableBackend(cv2.dnn.DNN_BACKEND_OPENCV)
net.setInput(numpy.fromfile(picture, numpy.float32).reshape(1, 3, int(height), int(width)))
names = ["conv_" + layer for layer in layers]
for layer, values in zip(layers, net.forward(names)):
    values.astype(numpy.float32).tofile(out + "/" + layer + ".bin")
    print(layer, *values.shape)
