import csv
import json
import tempfile
import unittest
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path
from unittest import mock

import cv2
import numpy as np
import torch

from .augment import augment, parse_augment
from .network import Classifier, WeightsFault, read_weights, write_weights
from .train import main
from .trainer import Trainer


def make_crops(folder, count, seed):
    """Grey noise with a bright upper half (mask) or a bright lower one (no_mask)."""
    random = np.random.default_rng(seed)
    for kind in ('mask', 'no_mask'):
        (folder / kind).mkdir(parents=True)
        for n in range(count):
            image = random.integers(60, 120, (32, 32, 3)).astype(np.uint8)
            image[slice(0, 16) if kind == 'mask' else slice(16, 32)] += 120
            cv2.imwrite(str(folder / kind / f'{n}.png'), image)


class TheClassifier(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        torch.set_num_threads(1)
        torch.manual_seed(4)
        cls.home = tempfile.TemporaryDirectory()
        cls.folder = Path(cls.home.name)
        make_crops(cls.folder / 'train', 12, 1)
        make_crops(cls.folder / 'val', 4, 2)
        (cls.folder / 'base').mkdir()
        network = Classifier(2, [16])
        for layer in network.convolutions:
            torch.nn.init.kaiming_normal_(layer.conv.weight)
            torch.nn.init.zeros_(layer.conv.bias)
        write_weights(network, cls.folder / 'base', {})

    @classmethod
    def tearDownClass(cls):
        cls.home.cleanup()

    def run_main(self, out, *more):
        result, said = StringIO(), StringIO()
        arguments = [
            *('--data', str(self.folder / 'train'), '--validation', str(self.folder / 'val')),
            *('--classes', 'mask,no_mask', '--base', str(self.folder / 'base'), '--out', str(self.folder / out)),
            *('--image-size', '32', '--batch-size', '8', '--workers', '0', '--device', 'cpu', '--dense', '16'),
            *('--learning-rate', '0.0005', '--unfreeze', '3', '--augment', 'shift=0.05,flip', *more),
        ]
        with redirect_stdout(result), redirect_stderr(said):
            status = main(arguments)
        return status, json.loads(result.getvalue() or 'null'), said.getvalue()

    def log(self, out):
        with open(self.folder / out / 'log.csv', encoding='utf-8') as file:
            return list(csv.DictReader(file))

    def test_has_the_shape_of_the_paper_and_pads_as_tensorflow_does(self):
        network = Classifier(3, [128, 64])
        shapes = [tuple(t.shape) for _, t in network.tensors()]
        self.assertEqual(len(network.convolutions), 52)
        self.assertEqual((shapes[0], shapes[-2]), ((32, 3, 3, 3), (64, 3)))
        self.assertEqual(sum(p.numel() for p in network.convolutions.parameters()), 2_206_816)
        stem = network.convolutions[0]
        torch.nn.init.ones_(stem.conv.weight)
        torch.nn.init.zeros_(stem.conv.bias)
        # Ones of 1/54 summed over 3x3x3: whole inside and on the left and top, cut right and bottom.
        out = stem(torch.full((1, 3, 4, 4), 1 / 54))[0, 0]
        torch.testing.assert_close(out, torch.tensor([[0.5, 1 / 3], [1 / 3, 2 / 9]]))
        # An odd side is cut on both.
        out = stem(torch.full((1, 3, 3, 3), 1 / 54))[0, 0]
        torch.testing.assert_close(out, torch.full((2, 2), 2 / 9))

    def test_learns_and_keeps_the_best_epoch(self):
        status, result, _ = self.run_main('out', '--epochs', '8')
        rows = self.log('out')
        self.assertEqual((status, result['stopped']), (0, 'epochs'))
        self.assertLess(float(rows[-1]['loss']), float(rows[0]['loss']))
        best = min(rows, key=lambda row: float(row['val_loss']))
        self.assertEqual(result['bestEpoch'], int(best['epoch']))
        network = Classifier(2, [16])
        self.assertTrue(read_weights(network, self.folder / 'out'))
        described = json.loads((self.folder / 'out' / 'weights.json').read_text())
        self.assertEqual(described['classes'], ['mask', 'no_mask'])
        # What is frozen is what it was.
        base = Classifier(2, [16])
        read_weights(base, self.folder / 'base')
        for number, same in ((0, True), (48, True), (49, False)):
            pair = (n.convolutions[number].conv.weight for n in (network, base))
            self.assertEqual(torch.equal(*pair), same, number)

    def test_stops_early_and_resumes_as_if_never_stopped(self):
        status, result, _ = self.run_main('early', '--epochs', '40', '--patience', '1', '--learning-rate', '0.5')
        self.assertEqual((status, result['stopped']), (0, 'patience'))
        self.run_main('whole', '--epochs', '3')
        ends = Trainer._end_epoch

        def stop_after_first(trainer, *means):
            ends(trainer, *means)
            trainer.stop()

        with mock.patch.object(Trainer, '_end_epoch', stop_after_first):
            _, result, _ = self.run_main('parts', '--epochs', '3')
        self.assertEqual((result['stopped'], result['epochs']), ('interrupted', 1))
        self.run_main('parts', '--epochs', '3', '--resume')
        whole, parts = ((self.folder / n / 'weights.bin').read_bytes() for n in ('whole', 'parts'))
        self.assertEqual(whole, parts)

    def test_refuses_weights_that_do_not_fit_and_folders_without_crops(self):
        other = self.folder / 'other'
        other.mkdir()
        described = json.loads((self.folder / 'base' / 'weights.json').read_text())
        (other / 'weights.bin').write_bytes((self.folder / 'base' / 'weights.bin').read_bytes())
        described['tensors'][0]['shape'] = [32, 3, 9]
        (other / 'weights.json').write_text(json.dumps(described))
        with self.assertRaisesRegex(WeightsFault, 'conv00.weight has the shape'):
            read_weights(Classifier(2), other)
        status, _, said = self.run_main('out2', '--classes', 'mask,incorrect')
        self.assertEqual((status, 'has no crops' in said), (1, True))

    def test_takes_a_base_without_a_head_of_that_shape(self):
        self.assertFalse(read_weights(Classifier(2, [8]), self.folder / 'base'))

    def test_makes_views_that_differ_and_refuses_unknown_ones(self):
        image = cv2.imread(str(self.folder / 'train' / 'mask' / '0.png'))
        amounts = parse_augment('zoom,rotate=20,shift,flip,brightness,blur=1,jpeg=1,downscale=1')
        views = [augment(image, amounts, np.random.default_rng(n)) for n in range(3)]
        self.assertTrue(all(view.shape == image.shape for view in views))
        self.assertGreater(np.abs(views[0].astype(int) - views[1]).mean(), 1)
        np.testing.assert_array_equal(augment(image, parse_augment('none'), np.random.default_rng(0)), image)
        for wrong in ('twist', 'zoom=2'):
            with self.assertRaises(ValueError):
                parse_augment(wrong)
