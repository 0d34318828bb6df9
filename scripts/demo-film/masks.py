"""Surgical masks, drawn onto a face."""

import cv2
import numpy
from drawing import SCALE, WIDTH, layer, line, put, smooth

# A mask worn over nose and chin, and one that leaves the nose bare.
WORN = [
    (182, 121), (199, 117), (212, 112), (225, 107), (238, 112), (252, 118), (268, 123),
    (268, 140), (263, 158), (253, 176), (240, 187), (224, 190), (207, 186), (193, 174),
    (185, 157), (181, 140),
]
BELOW_NOSE = [
    (184, 146), (199, 147), (212, 148), (225, 149), (238, 148), (252, 147), (266, 146),
    (265, 156), (261, 170), (253, 186), (240, 197), (224, 200), (207, 196), (193, 184),
    (187, 169), (184, 157),
]
EARS = [(175, 126), (275, 127)]


def wear(person, shape, colour):
    """A surgical mask with pleats, a nose wire and loops to the ears, lit as the face is."""
    outline = smooth(shape)
    top, left, right = shape[3], shape[0], shape[6]
    low_left, low_right = shape[14], shape[8]
    loops = sum(
        line([corner, ear], 1.6, 0.3)
        for corner, ear in (
            (left, EARS[0]),
            (low_left, EARS[0]),
            (right, EARS[1]),
            (low_right, EARS[1]),
        )
    )
    put(person, numpy.clip(loops, 0, 1) * 0.9, numpy.array(colour, numpy.float32) * 0.5 + 120)
    put(person, layer(outline, 2.5) * 0.35 * person[1], (60, 70, 90))
    grey = cv2.GaussianBlur(person[0].mean(axis=2), (0, 0), 9 * SCALE)
    light = (0.55 + 0.45 * grey / 190).clip(0.6, 1.08)
    across = (numpy.arange(WIDTH * SCALE) / SCALE - top[0]) / 46
    light = light * (1.05 - 0.2 * across**2)[None, :].clip(0.6, 1.1)
    cover = layer(outline, 0.4)
    put(person, cover, numpy.array(colour, numpy.float32) * light[..., None])
    height = shape[11][1] - top[1]
    for share in (0.34, 0.52, 0.7):
        y = top[1] + share * height
        pleat = [
            (left[0] + 1, y - 6),
            (top[0] - 22, y),
            (top[0], y + 2),
            (top[0] + 22, y),
            (right[0] - 1, y - 6),
        ]
        put(person, line(pleat, 1.2, 0.7) * cover * 0.5, numpy.array(colour, numpy.float32) * 0.62)
        below = [(x, y2 + 1.6) for x, y2 in pleat]
        put(person, line(below, 1.0, 0.6) * cover * 0.5, numpy.array(colour, numpy.float32) * 1.12)
    edge = line(shape[:7], 1.6, 0.5) * cover * 0.6
    put(person, edge, numpy.array(colour, numpy.float32) * 1.15)
    return person
