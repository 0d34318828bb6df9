"""MobileNetV2 as TensorFlow draws it (Sandler and others 2018), batch norm folded, with a dense head."""
import json
import os
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

#: Table 2 of the paper: expansion, channels, repeats, stride.
STAGES = (
    *((1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2)),
    *((6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1)),
)
FEATURES = 1280
CONVOLUTIONS = 52
ACTIVATIONS = {'relu': torch.relu, 'elu': F.elu, 'tanh': torch.tanh, 'sigmoid': torch.sigmoid}


class WeightsFault(ValueError):
    """A folder of weights that does not fit, with the tensor's name."""


class Convolution(nn.Module):
    """With Relu6; stride 2 pads as TensorFlow's `same`: an even side behind by one, an odd one both."""

    def __init__(self, channels, filters, size=1, stride=1, groups=1, linear=False):
        super().__init__()
        padding = size // 2 if stride == 1 else 0
        self.conv = nn.Conv2d(channels, filters, size, stride, padding, groups=groups)
        self.uneven, self.linear = stride == 2, linear

    def forward(self, x):
        if self.uneven:
            odd_rows, odd_columns = x.shape[2] % 2, x.shape[3] % 2
            x = F.pad(x, (odd_columns, 1, odd_rows, 1))
        x = self.conv(x)
        return x if self.linear else F.relu6(x)


class Classifier(nn.Module):
    def __init__(self, classes, dense=(), activation='relu', dropout=0.5):
        super().__init__()
        self.convolutions = nn.ModuleList([Convolution(3, 32, 3, 2)])
        #: The convolution that ends a block, and the one that began it: their values are added.
        self.residuals = {}
        width = 32
        for expansion, filters, repeats, stride in STAGES:
            for n in range(repeats):
                first = len(self.convolutions)
                step, hidden = stride if n == 0 else 1, width * expansion
                if expansion > 1:
                    self.convolutions.append(Convolution(width, hidden))
                self.convolutions.append(Convolution(hidden, hidden, 3, step, hidden))
                self.convolutions.append(Convolution(hidden, filters, linear=True))
                if step == 1 and width == filters:
                    self.residuals[len(self.convolutions) - 1] = first
                width = filters
        self.convolutions.append(Convolution(width, FEATURES))
        widths = [FEATURES, *dense, classes]
        self.dense = nn.ModuleList(nn.Linear(a, b) for a, b in zip(widths, widths[1:]))
        self.dropout, self.activation = nn.Dropout(dropout), ACTIVATIONS[activation]

    def learn(self, last):
        """Only the last so many convolutions, and the head, learn."""
        for number, convolution in enumerate(self.convolutions):
            convolution.requires_grad_(number >= CONVOLUTIONS - last)

    def features(self, x):
        begun = {first: last for last, first in self.residuals.items()}
        kept = {}
        for number, convolution in enumerate(self.convolutions):
            if number in begun:
                kept[begun[number]] = x
            x = convolution(x)
            if number in self.residuals:
                x = x + kept.pop(number)
        return x.mean((2, 3))

    def forward(self, x):
        """[n, 3, side, side], red, green, blue / 127.5 - 1, to logits [n, classes]."""
        x = self.features(x)
        if len(self.dense) == 1:
            x = self.dropout(x)
        for layer in self.dense[:-1]:
            x = self.dropout(self.activation(layer(x)))
        return self.dense[-1](x)

    def tensors(self):
        """Names and tensors as in the file; dense kernels are (in, out) there, here (out, in)."""
        named = []
        for number, convolution in enumerate(self.convolutions):
            named.append((f'conv{number:02d}.weight', convolution.conv.weight))
            named.append((f'conv{number:02d}.bias', convolution.conv.bias))
        for number, layer in enumerate(self.dense):
            named.append((f'dense{number}.weight', layer.weight.t()))
            named.append((f'dense{number}.bias', layer.bias))
        return named


@torch.no_grad()
def write_weights(network, folder, about):
    """weights.bin, then weights.json, each whole or not at all."""
    tensors = [(name, tensor.detach().float().cpu().numpy()) for name, tensor in network.tensors()]
    write_whole(folder / 'weights.bin', b''.join(t.astype('<f4').tobytes() for _, t in tensors))
    described = [{'name': name, 'shape': list(tensor.shape)} for name, tensor in tensors]
    write_whole(folder / 'weights.json', json.dumps({'tensors': described, **about}).encode())


def write_whole(path, content):
    Path(f'{path}.new').write_bytes(content)
    os.replace(f'{path}.new', path)


@torch.no_grad()
def read_weights(network, folder):
    """
    All convolutions must be there; dense layers are taken where all have the wanted shapes.
    Returns whether they were.
    """
    listed = json.loads((folder / 'weights.json').read_text(encoding='utf-8'))['tensors']
    values = np.frombuffer((folder / 'weights.bin').read_bytes(), '<f4')
    given, at = {}, 0
    for entry in listed:
        count = int(np.prod(entry['shape']))
        given[entry['name']] = values[at : at + count], entry['shape']
        at += count
    if at != len(values):
        raise WeightsFault(f'weights.json names {at} numbers, weights.bin has {len(values)}')
    dense = [(name, tensor) for name, tensor in network.tensors() if name.startswith('dense')]
    has_head = all(name in given and given[name][1] == list(tensor.shape) for name, tensor in dense)
    for name, tensor in network.tensors():
        if name.startswith('dense') and not has_head:
            continue
        if name not in given:
            raise WeightsFault(f'{name} is missing')
        numbers, shape = given[name]
        if shape != list(tensor.shape):
            raise WeightsFault(f'{name} has the shape {shape}, not {list(tensor.shape)}')
        tensor.copy_(torch.from_numpy(numbers.copy()).view(shape))
    return has_head
