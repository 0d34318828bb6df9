"""Labelled pictures as batches; batch k of an epoch depends on seed, epoch and k alone."""
import numpy as np
import torch

from .augment import compose
from .pictures import letterbox, read_picture


class Batches(torch.utils.data.Dataset):
    """Item k is batch k of an epoch: pictures uint8 [n, 3, h, w], boxes and ignored of the loss."""

    def __init__(self, pictures, options, epoch=0, augmented=True):
        self.pictures, self.options = pictures, options
        self.epoch, self.augmented = epoch, augmented
        order = np.arange(len(pictures))
        if augmented:
            order = self._random(0).permutation(order)
        self.order = order

    def __len__(self):
        return -(-len(self.pictures) // self.options.batch_size)

    def __getitem__(self, k):
        if k >= len(self):
            raise IndexError(k)
        random = self._random(k + 1)
        first = k * self.options.batch_size
        some = self.order[first : first + self.options.batch_size]
        sizes = self.options.sizes if self.augmented else [self.options.size]
        size = int(random.choice(sizes))
        return collate([self._sample(self.pictures[n], size, random) for n in some])

    def _sample(self, picture, size, random):
        if self.augmented:
            return compose(self.pictures, picture, size, self.options, random)
        image, scale = letterbox(read_picture(picture), size)
        boxes = picture.boxes * np.array([scale] * 4 + [1], np.float32)
        ignored = picture.ignored * scale
        if picture.partial:
            ignored = np.concatenate([ignored, [[0, 0, size, size]]])
        return image, boxes, ignored

    def _random(self, part):
        return np.random.default_rng([self.options.seed, self.epoch, part])


def collate(samples):
    images = np.stack([image[:, :, ::-1].transpose(2, 0, 1) for image, _, _ in samples])
    boxes = [
        (n, x + w / 2, y + h / 2, w, h, kind)
        for n, (_, some, _) in enumerate(samples)
        for x, y, w, h, kind in some.tolist()
    ]
    ignored = [
        (n, x, y, x + w, y + h) for n, (_, _, some) in enumerate(samples) for x, y, w, h in some.tolist()
    ]
    return (
        torch.from_numpy(np.ascontiguousarray(images)),
        torch.tensor(boxes, dtype=torch.float32).view(-1, 6),
        torch.tensor(ignored, dtype=torch.float32).view(-1, 5),
    )
