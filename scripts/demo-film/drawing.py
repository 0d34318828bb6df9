"""Soft shapes on the canvas of one person.

Coordinates are those of the portrait (512 x 512); all is drawn SCALE times as large.
"""

import cv2
import numpy

SCALE = 2
WIDTH, HEIGHT = 448, 1200  # of a whole person, in portrait pixels


def points(polygon):
    """Portrait coordinates as the fixed point numbers that OpenCV draws with."""
    return numpy.round(numpy.array(polygon, float) * SCALE * 16).astype(numpy.int32)


def smooth(polygon, steps=8):
    """A closed Catmull-Rom curve through the points."""
    p = numpy.array(polygon, float)
    curve = []
    for i in range(len(p)):
        a, b, c, d = (p[(i + k - 1) % len(p)] for k in range(4))
        for t in numpy.arange(steps) / steps:
            curve.append(
                0.5
                * (
                    2 * b
                    + (c - a) * t
                    + (2 * a - 5 * b + 4 * c - d) * t**2
                    + (3 * b - a - 3 * c + d) * t**3
                )
            )
    return curve


def layer(polygon, blur=0.0):
    """How much of each pixel the polygon covers, 0 to 1."""
    canvas = numpy.zeros((HEIGHT * SCALE, WIDTH * SCALE), numpy.uint8)
    cv2.fillPoly(canvas, [points(polygon)], 255, cv2.LINE_AA, 4)
    cover = canvas.astype(numpy.float32) / 255
    return cv2.GaussianBlur(cover, (0, 0), blur * SCALE) if blur else cover


def line(path, thickness, blur=0.0):
    canvas = numpy.zeros((HEIGHT * SCALE, WIDTH * SCALE), numpy.uint8)
    cv2.polylines(
        canvas, [points(path)], False, 255, max(1, round(thickness * SCALE)), cv2.LINE_AA, 4
    )
    cover = canvas.astype(numpy.float32) / 255
    return cv2.GaussianBlur(cover, (0, 0), blur * SCALE) if blur else cover


def put(person, cover, colour):
    """Paints a colour (or a picture) over colour and coverage of the person."""
    colours, alpha = person
    under = alpha * (1 - cover)
    total = numpy.maximum(cover + under, 1e-6)
    share = (cover / total)[..., None]
    colours += (numpy.asarray(colour, numpy.float32) - colours) * share
    alpha[:] = cover + under
