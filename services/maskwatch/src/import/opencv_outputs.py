"""Raw maps of a darknet network as OpenCV's own reader computes them.

    opencv_outputs.py FOLDER SIZES CFG WEIGHTS LAYER...

SIZES is HEIGHTxWIDTH of each picture, with commas; FOLDER/N.in holds picture N as float32 [3, HEIGHT,
WIDTH]. Of each LAYER (the number of a convolution) the output goes to FOLDER/N-I.bin as float32. The
convolutions are read by name and not the yolo layers, which zero small class scores.
"""
import sys

import cv2
import numpy

folder, sizes, cfg, weights, *layers = sys.argv[1:]
net = cv2.dnn.readNetFromDarknet(cfg, weights)
net.setPreferableBackend(cv2.dnn.DNN_BACKEND_OPENCV)
for n, size in enumerate(sizes.split(",")):
    height, width = map(int, size.split("x"))
    picture = numpy.fromfile("%s/%d.in" % (folder, n), numpy.float32)
    net.setInput(picture.reshape(1, 3, height, width))
    for i, values in enumerate(net.forward(["conv_" + layer for layer in layers])):
        values.astype(numpy.float32).tofile("%s/%d-%d.bin" % (folder, n, i))
