"""Labelled pictures: their list, their pixels, and how the product shows them to a detector."""
import json
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

GREY = 114


class DataFault(ValueError):
    """A list of pictures that cannot be read, with the line."""


@dataclass
class Picture:
    path: Path
    #: [n, 5]: left, top, width, height in pixels of the picture, class or -1.
    boxes: np.ndarray
    #: [n, 4]: neither face nor background.
    ignored: np.ndarray
    #: What is not labelled is no background.
    partial: bool


def read_list(path):
    """A JSON object a line: file, boxes, ignore, partial; files are below the list's folder."""
    path, pictures = Path(path), []
    for number, line in enumerate(path.read_text(encoding='utf-8').splitlines(), 1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
            pictures.append(
                Picture(
                    path.parent / record['file'],
                    np.array(record['boxes'], np.float32).reshape(-1, 5),
                    np.array(record.get('ignore', []), np.float32).reshape(-1, 4),
                    bool(record.get('partial', False)),
                )
            )
        except (KeyError, TypeError, ValueError) as fault:
            raise DataFault(f'{path}, line {number}: {fault}') from None
    if not pictures:
        raise DataFault(f'{path} names no picture')
    return pictures


def read_picture(picture):
    """uint8 [h, w, 3], blue, green, red (as OpenCV has them)."""
    image = cv2.imread(str(picture.path), cv2.IMREAD_COLOR)
    if image is None:
        raise DataFault(f'{picture.path} cannot be read')
    return image


def letterbox(image, size):
    """Longest side brought to `size`, top left, padded with 114 to size x size: image and scale."""
    height, width = image.shape[:2]
    scale = size / max(height, width)
    shape = max(1, round(width * scale)), max(1, round(height * scale))
    way = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    padded = np.full((size, size, 3), GREY, np.uint8)
    padded[: shape[1], : shape[0]] = cv2.resize(image, shape, interpolation=way)
    return padded, scale
