import tempfile
import unittest
from pathlib import Path

import numpy as np
import torch

from .cfg import CfgFault
from .network import Network
from .weights import HEADER, WeightsFault, read_weights, set_priors, settle_folded, start_from, start_new, write_weights

EVERY_LAYER = """
[net]
channels=3
[convolutional]
batch_normalize=1
filters=8
size=3
stride=2
pad=1
activation=mish
[convolutional]
filters=8
size=3
stride=1
pad=1
groups=8
activation=relu  # a comment
[shortcut]
from=-2
activation=leaky
[maxpool]
size=2
stride=2
[route]
layers=-1
groups=2
group_id=1
[convolutional]
filters=8
size=1
activation=logistic
[upsample]
stride=2
[route]
layers=-1,2
[maxpool]
size=5
stride=1
[convolutional]
batch_normalize=1
filters=CHANNELS
size=1
activation=linear
[convolutional]
filters=CHANNELS
size=1
activation=linear
[yolo]
mask=1,2
anchors=4,5, ANCHORS
classes=CLASSES
scale_x_y=2
"""


def cfg(classes=1, anchors='8,10, 16,20'):
    channels = str(2 * (5 + classes))
    return EVERY_LAYER.replace('CHANNELS', channels).replace('CLASSES', str(classes)).replace('ANCHORS', anchors)


def random_file(network, path, seed=0):
    random = np.random.default_rng(seed)
    count = sum(p.numel() for c in network.convolutions() for p in c.parameters())
    count += sum(2 * c.bn.num_features for c in network.convolutions() if c.bn is not None)
    values = random.uniform(0.1, 1, count).astype('<f4')
    path.write_bytes(HEADER.tobytes() + values.tobytes())


class TheNetwork(unittest.TestCase):
    def setUp(self):
        torch.manual_seed(1)
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def test_has_all_layers_and_the_heads_of_its_cfg(self):
        network = Network(cfg(classes=3)).eval()
        (head,) = network.heads
        maps = network(torch.rand(2, 3, 32, 64))
        self.assertEqual(maps[0].shape, (2, 16, 16, 32))
        self.assertEqual((head.stride, head.classes, head.scale_xy), (2, 3, 2))
        self.assertEqual(head.anchors.tolist(), [[8, 10], [16, 20]])

    def test_reads_and_writes_weights_byte_for_byte(self):
        network = Network(cfg())
        random_file(network, self.folder / 'a.weights')
        read_weights(network, self.folder / 'a.weights')
        write_weights(network, self.folder / 'b.weights')
        self.assertEqual((self.folder / 'a.weights').read_bytes(), (self.folder / 'b.weights').read_bytes())

    def test_refuses_weights_of_another_size(self):
        network = Network(cfg())
        random_file(network, self.folder / 'a.weights')
        for name, change in (('short', lambda b: b[:-4]), ('long', lambda b: b + bytes(4)), ('cut', lambda b: b[:-2])):
            (self.folder / name).write_bytes(change((self.folder / 'a.weights').read_bytes()))
            with self.assertRaises(WeightsFault):
                read_weights(network, self.folder / name)

    def test_names_the_line_of_what_it_does_not_know(self):
        for change, says in (
            (('[upsample]', '[reorg]'), 'line 32: .*reorg'),
            (('activation=mish', 'activation=selu'), 'selu'),
            (('layers=-1,2', 'layers=-1,99'), 'no such layer'),
            (('layers=-1,2', 'layers=-1,3'), 'different strides'),
            (('classes=1', 'classes=2'), 'need 14 channels, but 12 come'),
        ):
            with self.assertRaisesRegex(CfgFault, says):
                Network(cfg().replace(*change))

    def test_keeps_boxes_and_objectness_when_classes_and_anchors_change(self):
        old, new = Network(cfg()).eval(), Network(cfg(classes=3, anchors='6,9, 20,30')).eval()
        # The layers before the head depend on the classes here; give both the same ones.
        text = cfg(classes=3).replace('filters=16', 'filters=12', 1)
        new = Network(text.replace('8,10, 16,20', '6,9, 20,30')).eval()
        start_new(old)
        start_new(new)
        torch.nn.init.normal_(old.head_convolutions()[0].conv.weight)
        self.assertFalse(start_from(new, old))
        pixels = torch.rand(1, 3, 32, 32)
        a = old(pixels)[0].view(2, 6, -1)
        b = new(pixels)[0].view(2, 8, -1)
        sizes = [m[:, 2:4].exp() * n.heads[0].anchors[..., None] for m, n in ((a, old), (b, new))]
        torch.testing.assert_close(sizes[1], sizes[0])
        torch.testing.assert_close(b[:, [0, 1, 4]], a[:, [0, 1, 4]])
        self.assertEqual(float(b[:, 5:].abs().max()), 0)
        set_priors(new, [0.7, 0.25, 0.05])
        classes = new(pixels)[0].view(2, 8, -1)[:, 5:].sigmoid()
        torch.testing.assert_close(classes[:, :, 0], torch.tensor([[0.7, 0.25, 0.05]] * 2))

    def test_gives_folded_batch_norms_statistics_without_changing_the_outputs(self):
        network = Network(cfg()).eval()
        start_new(network)
        torch.nn.init.normal_(network.head_convolutions()[0].conv.weight)
        pixels = torch.rand(4, 3, 32, 32)
        before = network(pixels)[0]
        self.assertEqual(settle_folded(network, pixels), 2)
        torch.testing.assert_close(network(pixels)[0], before, rtol=1e-4, atol=1e-4)
        # In training, which takes the statistics of the batch, too.
        torch.testing.assert_close(network.train()(pixels)[0], before, rtol=1e-3, atol=1e-3)

    def test_leaves_frozen_layers_as_they_are(self):
        network = Network(cfg(), frozen=3).train()
        before = network.layers[0].bn.running_mean.clone()
        network(torch.rand(2, 3, 32, 32))[0].sum().backward()
        self.assertIsNone(network.layers[0].conv.weight.grad)
        torch.testing.assert_close(network.layers[0].bn.running_mean, before)
        self.assertIsNotNone(network.layers[5].conv.weight.grad)
