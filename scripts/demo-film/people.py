"""People made of one free portrait: a cut-out head, drawn clothes, drawn masks."""

import cv2
import numpy
from clothes import dress
from drawing import HEIGHT, SCALE, WIDTH
from masks import BELOW_NOSE, WORN, wear

EYES = (224, 101)
FACE = (180, 76, 88, 104)  # the face box: x, y, width, height
FACE_SIZE = (FACE[2] * FACE[3]) ** 0.5

# Loosely round hair, face and neck: what is outside is background for certain.
OUTLINE = [
    (150, 60), (156, 48), (186, 32), (205, 17), (232, 11), (268, 20), (290, 36),
    (302, 62), (305, 88), (299, 110), (286, 126), (276, 138), (270, 140), (264, 160),
    (258, 172), (258, 196), (186, 196), (186, 172), (180, 152), (179, 138), (170, 132),
    (163, 122), (152, 108),
]
# Face for certain.
INSIDE = [
    (190, 60), (225, 30), (272, 45), (285, 80), (262, 120), (250, 165), (250, 190),
    (192, 186), (190, 160), (186, 120), (168, 100), (165, 70),
]

def head(portrait):
    """Colour and coverage of hair, face and neck, in the canvas of a whole person."""
    hint = numpy.full(portrait.shape[:2], cv2.GC_BGD, numpy.uint8)
    cv2.fillPoly(hint, [numpy.array(OUTLINE, numpy.int32)], cv2.GC_PR_FGD)
    cv2.fillPoly(hint, [numpy.array(INSIDE, numpy.int32)], cv2.GC_FGD)
    cv2.setRNGSeed(1)
    cv2.grabCut(
        portrait, hint, None, numpy.zeros((1, 65)), numpy.zeros((1, 65)), 6, cv2.GC_INIT_WITH_MASK
    )
    found = ((hint == cv2.GC_FGD) | (hint == cv2.GC_PR_FGD)).astype(numpy.uint8)
    found = cv2.morphologyEx(found, cv2.MORPH_OPEN, numpy.ones((3, 3), numpy.uint8))
    found = cv2.GaussianBlur(found.astype(numpy.float32), (0, 0), 0.9)
    found = numpy.clip((found - 0.45) / 0.5, 0, 1)
    colours = numpy.zeros((HEIGHT, WIDTH, 3), numpy.float32)
    alpha = numpy.zeros((HEIGHT, WIDTH), numpy.float32)
    colours[:512] = portrait[:, :WIDTH]
    alpha[:200] = found[:200, :WIDTH]
    size = (WIDTH * SCALE, HEIGHT * SCALE)
    return [
        cv2.resize(colours, size, interpolation=cv2.INTER_CUBIC).clip(0, 255),
        cv2.resize(alpha, size, interpolation=cv2.INTER_LINEAR),
    ]


def person(portrait, state, cloth, trousers, mask=(214, 190, 150), flip=False, light=1.0, warm=0.0):
    """A whole person as blue, green, red, coverage (float, colours 0 to 255)."""
    colours, alpha = dress(head(portrait), cloth, trousers)
    if state == 'mask':
        wear((colours, alpha), WORN, mask)
    elif state == 'incorrect':
        wear((colours, alpha), BELOW_NOSE, mask)
    colours = (colours * light * numpy.array([1 - warm, 1, 1 + warm])).clip(0, 255)
    whole = numpy.dstack([colours, alpha]).astype(numpy.float32)
    return whole[:, ::-1].copy() if flip else whole
