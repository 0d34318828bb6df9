"""Writes the cut-outs that the test scenes use: portraits.py FOLDER

One PNG per mask state, with transparency, and portraits.json with the box of the face in each.
"""

import json
import os
import sys

import cv2
import drawing
import numpy
import people
from make import PORTRAIT

CROP = (142, 4, 164, 196)  # head and neck: x, y, width, height in the portrait


def main():
    portrait = cv2.imread(PORTRAIT)
    if portrait is None:
        raise SystemExit(f'{PORTRAIT} is missing: install python3-skimage (README.md)')
    x, y, width, height = CROP
    box = [people.FACE[0] - x, people.FACE[1] - y, people.FACE[2], people.FACE[3]]
    for state in ('mask', 'no_mask', 'incorrect'):
        whole = people.person(portrait, state, (165, 115, 60), (92, 70, 56))
        whole[..., :3] *= whole[..., 3:]  # so that edges keep their colour when scaled
        k = drawing.SCALE
        part = whole[y * k : (y + height) * k, x * k : (x + width) * k]
        part = cv2.resize(part, (width, height), interpolation=cv2.INTER_AREA)
        part[..., :3] /= numpy.maximum(part[..., 3:], 1e-3)
        part[..., 3] *= 255
        cv2.imwrite(
            os.path.join(sys.argv[1], f'{state}.png'),
            part.clip(0, 255).round().astype('uint8'),
            [cv2.IMWRITE_PNG_COMPRESSION, 9],
        )
    with open(os.path.join(sys.argv[1], 'portraits.json'), 'w', encoding='utf-8') as out:
        json.dump({'face': box, 'width': width, 'height': height}, out)
        out.write('\n')


if __name__ == '__main__':
    main()
