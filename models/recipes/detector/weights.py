"""Darknet .weights files, and networks that start from those of another head."""
import math
import os
from pathlib import Path

import numpy as np
import torch

HEADER = np.array([0, 2, 5, 0, 0], np.int32)  # version 0.2.5, and 8 bytes of pictures seen


class WeightsFault(ValueError):
    """The file does not fit the cfg."""


def _tensors(convolution):
    """In the file's order: bias, or batch norm's four, then the kernels."""
    conv, bn = convolution.conv, convolution.bn
    if bn is None:
        return [conv.bias, conv.weight]
    return [bn.bias, bn.weight, bn.running_mean, bn.running_var, conv.weight]


@torch.no_grad()
def write_weights(network, path):
    """Written beside the path first: a run that breaks off leaves the file of before."""
    with open(f'{path}.new', 'wb') as file:
        HEADER.tofile(file)
        for convolution in network.convolutions():
            for tensor in _tensors(convolution):
                tensor.detach().float().cpu().contiguous().numpy().astype('<f4').tofile(file)
    os.replace(f'{path}.new', path)


@torch.no_grad()
def read_weights(network, path):
    """Fills the network. WeightsFault where the sizes differ."""
    raw = Path(path).read_bytes()
    if len(raw) < 16:
        raise WeightsFault(f'{len(raw)} bytes are less than a header')
    major, minor = np.frombuffer(raw, '<i4', 2)
    start = 20 if major * 10 + minor >= 2 else 16
    if (len(raw) - start) % 4:
        raise WeightsFault('the file ends within a number')
    values = np.frombuffer(raw, '<f4', offset=start)
    wanted = sum(t.numel() for c in network.convolutions() for t in _tensors(c))
    if wanted != len(values):
        raise WeightsFault(f'the cfg needs {wanted} numbers, the file has {len(values)}')
    at = 0
    for convolution in network.convolutions():
        for tensor in _tensors(convolution):
            tensor.copy_(torch.from_numpy(values[at : at + tensor.numel()].copy()).view_as(tensor))
            at += tensor.numel()


@torch.no_grad()
def start_from(network, other):
    """
    Takes over the layers of a trained network of the same build; heads may have other classes and
    anchors. Boxes and objectness then stay what they were (a changed anchor is taken off the bias of
    width and height); classes stay where their number is the same and else start even, for
    `set_priors` to say how often each one is. Returns whether they stayed.
    """
    heads = {id(c): n for n, c in enumerate(network.head_convolutions())}
    pairs = list(zip(network.convolutions(), other.convolutions()))
    if len(network.convolutions()) != len(other.convolutions()):
        raise WeightsFault('the two networks have different numbers of convolutions')
    for mine, theirs in pairs:
        if id(mine) in heads:
            n = heads[id(mine)]
            _take_head((mine.conv, network.heads[n]), (theirs.conv, other.heads[n]))
        elif mine.conv.weight.shape != theirs.conv.weight.shape or (mine.bn is None) != (theirs.bn is None):
            raise WeightsFault('the two networks differ in more than their heads')
        else:
            mine.load_state_dict(theirs.state_dict())
    return all(a.classes == b.classes for a, b in zip(network.heads, other.heads))


def _take_head(mine, theirs):
    (conv, head), (source, old) = mine, theirs
    if len(head.anchors) != len(old.anchors) or conv.weight.shape[1:] != source.weight.shape[1:]:
        raise WeightsFault('the heads have different numbers of anchors or channels')
    anchors = len(head.anchors)
    shape = (anchors, -1, *conv.weight.shape[1:])
    weight, bias = conv.weight.view(shape), conv.bias.view(anchors, -1)
    same = head.classes == old.classes
    rows = None if same else 5
    weight[:, :rows] = source.weight.view(shape)[:, :rows]
    bias[:, :rows] = source.bias.view(anchors, -1)[:, :rows]
    if not same:
        weight[:, 5:] = 0
        bias[:, 5:] = 0
    bias[:, 2:4] += (old.anchors / head.anchors).log()


@torch.no_grad()
def start_new(network):
    """Random kernels (He and others 2015); heads say at first that hardly any cell has a face."""
    for convolution in network.convolutions():
        torch.nn.init.kaiming_normal_(convolution.conv.weight, nonlinearity='relu')
        if convolution.bn is None:
            torch.nn.init.zeros_(convolution.conv.bias)
    for convolution, head in zip(network.head_convolutions(), network.heads):
        conv = convolution.conv
        torch.nn.init.normal_(conv.weight, std=0.01)
        torch.nn.init.zeros_(conv.bias)
        bias = conv.bias.view(len(head.anchors), -1)
        bias[:, 4] = math.log(8 / (640 / head.stride) ** 2)
        if head.classes == 1:
            # One class says nothing: confidence is the objectness.
            bias[:, 5:] = 10
            conv.weight.view(len(head.anchors), 6, -1)[:, 5:] = 0


@torch.no_grad()
def set_priors(network, shares):
    """
    Classes begin as likely as they are among the labelled boxes; learning that alone would take an
    optimizer with steps of its learning rate thousands of them. One class is left as it is.
    """
    if len(shares) < 2:
        return
    logits = torch.tensor(shares).clamp(0.02, 0.98).logit()
    for convolution, head in zip(network.head_convolutions(), network.heads):
        convolution.conv.bias.view(len(head.anchors), -1)[:, 5:] = logits.to(convolution.conv.bias)


@torch.no_grad()
def settle_folded(network, pictures):
    """
    Batch norms whose statistics were folded away (mean 0, variance 1, scale 1) get those of the
    given pictures, float [n, 3, h, w], and scale and bias so that the outputs stay the same:
    training with the statistics of its batches can then begin where the folded weights ended.
    Returns how many there were.
    """
    folded = [c for c in network.convolutions() if c.bn is not None and _is_folded(c.bn)]

    def settle(bn, inputs):
        mean = inputs[0].mean((0, 2, 3))
        variance = inputs[0].var((0, 2, 3), unbiased=False)
        bn.bias += mean
        bn.weight.copy_((variance + bn.eps).sqrt())
        bn.running_mean.copy_(mean)
        bn.running_var.copy_(variance)

    hooks = [c.bn.register_forward_pre_hook(settle) for c in folded]
    if folded:
        mode = network.training
        network.eval()
        network(pictures)
        network.train(mode)
    for hook in hooks:
        hook.remove()
    return len(folded)


def _is_folded(bn):
    return bool((bn.running_mean == 0).all() and (bn.running_var - 1).abs().max() < 1e-3 and (bn.weight == 1).all())
