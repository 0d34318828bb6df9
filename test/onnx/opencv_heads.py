"""Raw head maps of a darknet network as OpenCV's own reader computes them, and its boxes.

    opencv_heads.py CFG WEIGHTS PICTURE WIDTH HEIGHT OUT_DIR LAYER...

PICTURE holds float32 [1, 3, HEIGHT, WIDTH]. Of each LAYER (the number of the convolution before a
yolo layer) the output is written to OUT_DIR/LAYER.bin as float32; its shape is printed as a line.
The convolutions are read by name and not the yolo layers, which zero small class scores. Those are
run, too: what OpenCV's suppression leaves of their boxes goes to OUT_DIR/boxes.bin, float64 rows of
x, y, width, height in pixels and confidence, surest first.
"""
import sys

import cv2
import numpy

CONFIDENCE, OVERLAP = 0.25, 0.45

cfg, weights, picture, width, height, out, *layers = sys.argv[1:]
size = int(width), int(height)
net = cv2.dnn.readNetFromDarknet(cfg, weights)
net.setPreferableBackend(cv2.dnn.DNN_BACKEND_OPENCV)
net.setInput(numpy.fromfile(picture, numpy.float32).reshape(1, 3, size[1], size[0]))
names = ["conv_" + layer for layer in layers]
for layer, values in zip(layers, net.forward(names)):
    values.astype(numpy.float32).tofile(out + "/" + layer + ".bin")
    print(layer, *values.shape)

rows = numpy.concatenate(net.forward(net.getUnconnectedOutLayersNames())).astype(numpy.float64)
confidences = rows[:, 5:].max(1)
boxes = rows[:, :4] * (size * 2)
boxes[:, :2] -= boxes[:, 2:] / 2
kept = cv2.dnn.NMSBoxes(boxes.tolist(), confidences.tolist(), CONFIDENCE, OVERLAP)
kept = numpy.array(kept, int).reshape(-1)
numpy.column_stack([boxes, confidences])[kept].tofile(out + "/boxes.bin")
