"""A darknet cfg as a PyTorch network."""
from dataclasses import dataclass

import torch
from torch import nn
from torch.nn import functional as F

from .cfg import CfgFault, parse_cfg

ACTIVATIONS = {
    'linear': lambda x: x,
    'relu': torch.relu,
    'leaky': lambda x: F.leaky_relu(x, 0.1),
    'mish': F.mish,
    'swish': F.silu,
    'logistic': torch.sigmoid,
}


@dataclass
class Head:
    """What a [yolo] layer says of the map that it reads, [n, anchors * (5 + classes), h, w]."""

    layer: int
    stride: int
    #: [anchors, 2], width and height in pixels of the network's input.
    anchors: torch.Tensor
    classes: int
    scale_xy: float


class Convolution(nn.Module):
    """Convolution, batch norm where the cfg has it, activation."""

    def __init__(self, section, channels):
        super().__init__()
        size, filters = section.whole('size', 1), section.whole('filters', 1)
        groups = section.whole('groups', 1)
        if channels % groups or filters % groups:
            raise CfgFault(f'line {section.line}: {channels} channels, {filters} filters: no multiples of groups')
        padding = size // 2 if section.whole('pad', 0) else section.whole('padding', 0)
        normalised = section.whole('batch_normalize', 0) != 0
        self.conv = nn.Conv2d(
            channels, filters, size, section.whole('stride', 1), padding, groups=groups, bias=not normalised
        )
        # The epsilon of those who read .weights; running values follow sooner than darknet's (0.01),
        # because runs are short.
        self.bn = nn.BatchNorm2d(filters, eps=1e-6, momentum=0.03) if normalised else None
        name = section.text('activation')
        if name not in ACTIVATIONS:
            raise CfgFault(f'line {section.line}: the activation {name} is not known ({", ".join(ACTIVATIONS)} are)')
        self.activation = ACTIVATIONS[name]

    def forward(self, x):
        x = self.conv(x)
        return self.activation(x if self.bn is None else self.bn(x))


class Network(nn.Module):
    """All layers of a cfg; `frozen` of them, from the first on, do not learn."""

    def __init__(self, cfg_text, frozen=0):
        super().__init__()
        net, *self.sections = parse_cfg(cfg_text)
        self.layers, self.heads, self.kept = nn.ModuleList(), [], set()
        self.frozen = frozen
        widths, strides = [], []
        width, stride = net.whole('channels', 3), 1
        for number, section in enumerate(self.sections):
            sources = self._sources(number, section)
            self.kept.update(sources)
            if section.kind in ('route', 'shortcut') and any(strides[s] != strides[sources[0]] for s in sources):
                raise CfgFault(f'line {section.line}: the layers have different strides')
            layer = nn.Identity()
            if section.kind in ('convolutional', 'conv'):
                layer = Convolution(section, width)
                width, stride = section.whole('filters', 1), stride * section.whole('stride', 1)
            elif section.kind == 'maxpool':
                stride *= section.whole('stride', 1)
            elif section.kind == 'upsample':
                stride //= section.whole('stride', 2)
            elif section.kind == 'route':
                width = sum(widths[s] for s in sources) // section.whole('groups', 1)
                stride = strides[sources[0]]
            elif section.kind == 'shortcut':
                if widths[sources[0]] != width:
                    raise CfgFault(f'line {section.line}: {width} and {widths[sources[0]]} channels cannot be added')
            elif section.kind == 'yolo':
                self.heads.append(self._head(number, section, width, stride))
            else:
                raise CfgFault(f'line {section.line}: a layer of the kind [{section.kind}] is not known')
            self.layers.append(layer)
            widths.append(width)
            strides.append(stride)
        if not self.heads:
            raise CfgFault('there is no [yolo] layer, so this is no detector')
        for layer in self.layers[:frozen]:
            layer.requires_grad_(False)

    def convolutions(self):
        """In the order in which a .weights file has them."""
        return [layer for layer in self.layers if isinstance(layer, Convolution)]

    def head_convolutions(self):
        """The convolution that each head's map comes from, in the order of `heads`."""
        return [self.layers[head.layer - 1] for head in self.heads]

    def train(self, mode=True):
        """Frozen layers keep their running values."""
        super().train(mode)
        for layer in self.layers[: self.frozen]:
            layer.eval()
        return self

    def forward(self, x):
        """[n, 3, h, w], red, green, blue / 255, to the raw maps in the order of `heads`."""
        kept, maps = {}, []
        for number, (section, layer) in enumerate(zip(self.sections, self.layers)):
            if section.kind == 'yolo':
                maps.append(x)
            else:
                x = self._run(number, section, layer, x, kept)
            if number in self.kept:
                kept[number] = x
        return maps

    def _run(self, number, section, layer, x, kept):
        if section.kind == 'maxpool':
            return maxpool(section, x)
        if section.kind == 'upsample':
            return F.interpolate(x, scale_factor=section.whole('stride', 2), mode='nearest')
        if section.kind == 'route':
            return route(section, [kept[s] for s in self._sources(number, section)])
        if section.kind == 'shortcut':
            x = x + kept[self._sources(number, section)[0]]
            return ACTIVATIONS[section.text('activation', 'linear')](x)
        return layer(x)

    def _sources(self, number, section):
        """The layers that a route or shortcut reads."""
        if section.kind == 'route':
            named = section.wholes('layers')
        elif section.kind == 'shortcut':
            named = [section.whole('from')]
        else:
            return []
        sources = [n if n >= 0 else number + n for n in named]
        if not sources or any(s < 0 or s >= number for s in sources):
            raise CfgFault(f'line {section.line}: there is no such layer')
        return sources

    @staticmethod
    def _head(number, section, width, stride):
        sizes = torch.tensor(section.numbers('anchors')).view(-1, 2)
        mask = section.wholes('mask')
        if any(n < 0 or n >= len(sizes) for n in mask):
            raise CfgFault(f'line {section.line}: mask names an anchor that is not there')
        classes = section.whole('classes', 20)
        if width != len(mask) * (5 + classes):
            raise CfgFault(
                f'line {section.line}: {len(mask)} anchors of {classes} classes need '
                f'{len(mask) * (5 + classes)} channels, but {width} come'
            )
        return Head(number, stride, sizes[mask], classes, section.number('scale_x_y', 1))


def maxpool(section, x):
    """Darknet's padding is the sum of both sides; the smaller half goes left and above."""
    stride = section.whole('stride', 1)
    size = section.whole('size', stride)
    padding = section.whole('padding', size - 1)
    before = padding // 2
    after = padding - before
    if before == after and before <= size // 2:
        return F.max_pool2d(x, size, stride, before)
    return F.max_pool2d(F.pad(x, (before, after, before, after), value=-torch.inf), size, stride)


def route(section, parts):
    groups = section.whole('groups', 1)
    if groups > 1:
        parts = [part.chunk(groups, 1)[section.whole('group_id', 0)] for part in parts]
    return parts[0] if len(parts) == 1 else torch.cat(parts, 1)
