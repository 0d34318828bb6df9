"""Crops in a folder per class, as batches that depend on seed, epoch and number alone."""
from pathlib import Path

import cv2
import numpy as np
import torch

from .augment import augment

ENDINGS = ('.png', '.jpg', '.jpeg', '.webp')


class DataFault(ValueError):
    """A folder of crops that cannot be used."""


def read_folder(folder, classes):
    """Paths and the number of the class of each, in the order of their names."""
    crops = []
    for number, name in enumerate(classes):
        below = Path(folder) / name
        found = sorted(p for p in below.glob('*') if p.suffix.lower() in ENDINGS) if below.is_dir() else []
        if not found:
            raise DataFault(f'{below} has no crops')
        crops += [(path, number) for path in found]
    return crops


def read_crop(path, side):
    """uint8 [side, side, 3], blue, green, red; means of pixels on the way down."""
    image = cv2.imread(str(path), cv2.IMREAD_COLOR)
    if image is None:
        raise DataFault(f'{path} cannot be read')
    if image.shape[:2] == (side, side):
        return image
    way = cv2.INTER_AREA if max(image.shape[:2]) > side else cv2.INTER_LINEAR
    return cv2.resize(image, (side, side), interpolation=way)


class Batches(torch.utils.data.Dataset):
    """Item k: crops uint8 [n, 3, side, side], red, green, blue, and classes [n]."""

    def __init__(self, crops, options, epoch=0, augmented=True):
        self.crops, self.options, self.epoch = crops, options, epoch
        self.amounts = options.augment if augmented else {}
        order = np.arange(len(crops))
        self.order = self._random(0).permutation(order) if augmented else order

    def __len__(self):
        return -(-len(self.crops) // self.options.batch_size)

    def __getitem__(self, k):
        if k >= len(self):
            raise IndexError(k)
        random = self._random(k + 1)
        first = k * self.options.batch_size
        some = [self.crops[n] for n in self.order[first : first + self.options.batch_size]]
        images = [augment(read_crop(path, self.options.image_size), self.amounts, random) for path, _ in some]
        pixels = np.stack([image[:, :, ::-1].transpose(2, 0, 1) for image in images])
        return torch.from_numpy(np.ascontiguousarray(pixels)), torch.tensor([kind for _, kind in some])

    def _random(self, part):
        return np.random.default_rng([self.options.seed, self.epoch, part])
