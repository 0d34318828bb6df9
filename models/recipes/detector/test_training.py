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

from .augment import cut
from .data import Batches
from .loss import complete_iou, detection_loss
from .network import Network
from .pictures import letterbox, read_list
from .train import main, parse
from .trainer import Trainer

SMALL = """
[net]
channels=3
[convolutional]
batch_normalize=1
filters=16
size=3
stride=4
pad=1
activation=leaky
[convolutional]
batch_normalize=1
filters=32
size=3
stride=2
pad=1
activation=leaky
[convolutional]
batch_normalize=1
filters=32
size=3
stride=1
pad=1
activation=leaky
[convolutional]
filters=14
size=1
activation=linear
[yolo]
mask=0,1
anchors=16,16, 32,32
classes=2
scale_x_y=2
"""


def make_data(folder, count=4):
    """Pictures with a bright and a dark square each, of the classes 0 and 1."""
    random = np.random.default_rng(3)
    lines = []
    for n in range(count):
        image = random.integers(90, 130, (96, 128, 3)).astype(np.uint8)
        boxes = []
        for kind, (left, grey) in enumerate(((8, 250), (72, 5))):
            x, y, side = left + int(random.integers(20)), int(random.integers(50)), int(random.integers(16, 36))
            cv2.rectangle(image, (x, y), (x + side - 1, y + side - 1), (grey,) * 3, -1)
            boxes.append([x, y, side, side, kind])
        cv2.imwrite(str(folder / f'{n}.jpg'), image)
        lines.append(json.dumps({'file': f'{n}.jpg', 'boxes': boxes}))
    (folder / 'pictures.jsonl').write_text('\n'.join(lines))
    (folder / 'small.cfg').write_text(SMALL)


class Training(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        make_data(self.folder)
        torch.set_num_threads(1)

    def arguments(self, out, *more):
        return [
            *('--cfg', str(self.folder / 'small.cfg'), '--data', str(self.folder / 'pictures.jsonl')),
            *('--validation', str(self.folder / 'pictures.jsonl'), '--out', str(self.folder / out)),
            *('--size', '64', '--batch-size', '2', '--workers', '0', '--warmup', '2'),
            *('--precision', 'fp32', '--device', 'cpu', '--learning-rate', '0.005', *more),
        ]

    def run_main(self, out, *more):
        result, said = StringIO(), StringIO()
        with redirect_stdout(result), redirect_stderr(said):
            status = main(self.arguments(out, *more))
        return status, json.loads(result.getvalue() or 'null'), said.getvalue()

    def log(self, out):
        with open(self.folder / out / 'log.csv', encoding='utf-8') as file:
            return list(csv.DictReader(file))

    def test_lowers_the_loss_and_finds_the_squares(self):
        status, result, _ = self.run_main('out', '--epochs', '20', '--mosaic', '0', '--average', '0.8')
        rows = self.log('out')
        self.assertEqual((status, result['stopped'], len(rows)), (0, 'epochs', 20))
        self.assertLess(float(rows[-1]['val_loss']), 0.6 * float(rows[0]['val_loss']))

    def test_goes_on_after_a_stop_within_an_epoch_as_if_there_had_been_none(self):
        self.run_main('whole', '--epochs', '3')
        steps = Trainer._step

        def stop_at_third(trainer, batch):
            if trainer.step == 2:
                trainer.stop()
            return steps(trainer, batch)

        with mock.patch.object(Trainer, '_step', stop_at_third):
            _, result, _ = self.run_main('parts', '--epochs', '3')
        self.assertEqual((result['stopped'], result['steps']), ('interrupted', 3))
        self.run_main('parts', '--epochs', '3', '--resume')
        whole, parts = ((self.folder / n / 'last.weights').read_bytes() for n in ('whole', 'parts'))
        self.assertEqual(whole, parts)
        losses = [[row['loss'] for row in self.log(n)] for n in ('whole', 'parts')]
        self.assertEqual(losses[0], losses[1])

    def test_ends_in_time(self):
        _, result, _ = self.run_main('out', '--epochs', '1000', '--minutes', '0.005')
        self.assertEqual(result['stopped'], 'minutes')
        self.assertTrue((self.folder / 'out' / 'last.weights').exists())

    def test_goes_on_from_weights_with_other_classes(self):
        self.run_main('out', '--epochs', '1')
        one = SMALL.replace('filters=14', 'filters=12').replace('classes=2', 'classes=1')
        (self.folder / 'one.cfg').write_text(one)
        (self.folder / 'pictures.jsonl').write_text('{"file":"0.jpg","boxes":[[10,20,20,20,0]],"partial":true}')
        start = ('--cfg', str(self.folder / 'one.cfg'), '--from', str(self.folder / 'out' / 'last.weights'))
        status, _, said = self.run_main('next', '--epochs', '1', *start, '--from-cfg', str(self.folder / 'small.cfg'))
        self.assertEqual((status, 'batch norms were folded' in said), (0, False))
        status, _, said = self.run_main('next', '--epochs', '1', *start)
        self.assertEqual((status, 'the cfg needs' in said), (1, True))

    def test_refuses_a_class_that_the_cfg_does_not_have(self):
        (self.folder / 'pictures.jsonl').write_text('{"file":"0.jpg","boxes":[[10,20,20,20,2]]}')
        status, _, said = self.run_main('out')
        self.assertEqual(status, 1)
        self.assertIn('has a box of class 2, the cfg has 2 classes', said)

    def test_says_which_line_of_the_list_is_wrong(self):
        with open(self.folder / 'pictures.jsonl', 'a', encoding='utf-8') as file:
            file.write('\n{"file":"x.jpg"}')
        status, _, said = self.run_main('out')
        self.assertEqual(status, 1)
        self.assertIn('pictures.jsonl, line 5', said)


class Samples(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        make_data(self.folder)
        self.pictures = read_list(self.folder / 'pictures.jsonl')
        self.options = parse(
            [*('--cfg', 'x', '--data', 'x', '--out', 'x', '--size', '128', '--batch-size', '3'), '--no-colour']
        )

    def test_keep_the_boxes_on_what_they_are_drawn_round(self):
        seen = 0
        for k in range(12):
            images, boxes, _ = Batches(self.pictures, self.options, epoch=k)[0]
            for picture, x, y, w, h, kind in boxes.tolist():
                middle = images[int(picture), :, int(y), int(x)].float().mean()
                self.assertTrue(middle > 200 if kind == 0 else middle < 60, (k, x, y, w, h, kind, middle))
                # Just outside of a box that the border does not cut there is no square any more.
                left, inside = int(x - w / 2) - 4, int(x - w / 2) + 3
                if left >= 0 and w > 20:
                    out, within = (images[int(picture), :, int(y), n].float().mean() for n in (left, inside))
                    self.assertGreater(abs(within - out), 60, (k, x, y, w, h))
                seen += 1
        self.assertGreater(seen, 40)

    def test_depend_on_seed_epoch_and_batch_alone(self):
        a, b = (Batches(self.pictures, self.options, epoch=2)[1] for _ in range(2))
        for one, other in zip(a, b):
            torch.testing.assert_close(one, other, rtol=0, atol=0)
        c = Batches(self.pictures, self.options, epoch=3)[1]
        self.assertFalse(a[0].shape == c[0].shape and torch.equal(a[0], c[0]))

    def test_lie_top_left_on_grey_like_those_of_the_product(self):
        image, scale = letterbox(np.full((30, 60, 3), 7, np.uint8), 64)
        self.assertAlmostEqual(scale, 64 / 60)
        self.assertEqual(set(image[:32].ravel()), {7})
        self.assertEqual(set(image[32:].ravel()), {114})

    def test_ignore_what_the_border_cuts_off(self):
        boxes = np.array([[-7, 0, 20, 20, 1], [-12, 0, 20, 20, 1], [90, 90, 20, 20, 1]], np.float32)
        kept, lost = cut(boxes, (64, 64))
        self.assertEqual(kept.tolist(), [[0, 0, 13, 20, 1]])
        self.assertEqual(lost.tolist(), [[0, 0, 8, 20]])


class TheLoss(unittest.TestCase):
    def setUp(self):
        torch.manual_seed(2)
        self.network = Network(SMALL)
        (self.head,) = self.network.heads

    def loss(self, raw, boxes, ignored=()):
        boxes = torch.tensor(boxes, dtype=torch.float32).view(-1, 6)
        ignored = torch.tensor(ignored, dtype=torch.float32).view(-1, 5)
        return detection_loss([raw], [self.head], boxes, ignored)

    def test_is_small_for_the_right_answer_and_grows_with_each_fault(self):
        truth = [[0, 27.2, 35.2, 16.0, 16.0, 1]]
        raw = torch.full((1, 14, 8, 8), -9.0)
        raw[:, [0, 1, 2, 3, 7, 8, 9, 10]] = 0
        # Its cell, and the two beside it that reach its centre.
        for column, row, x, y in ((3, 4, 0.4, 0.4), (2, 4, 1.4, 0.4), (3, 3, 0.4, 1.4)):
            for channel, value in ((0, x), (1, y)):
                raw[0, channel, row, column] = torch.logit(torch.tensor((value + 0.5) / 2), eps=1e-4)
            raw[0, [4, 6], row, column] = 9.0
        right = float(self.loss(raw, truth)[0])
        self.assertLess(right, 0.05)
        for channel, value in ((0, 4.0), (2, 1.0), (4, -9.0), (6, -9.0)):
            wrong = raw.clone()
            wrong[0, channel, 4, 3] = value
            self.assertGreater(float(self.loss(wrong, truth)[0]), right + 1e-4, channel)

    def test_does_not_ask_for_the_class_of_a_face_of_unknown_state(self):
        raw = torch.randn(1, 14, 8, 8)
        self.assertEqual(float(self.loss(raw, [[0, 28, 36, 16, 16, -1]])[1][2]), 0)
        self.assertGreater(float(self.loss(raw, [[0, 28, 36, 16, 16, 0]])[1][2]), 0)

    def test_punishes_nothing_in_ignored_places(self):
        raw = torch.full((1, 14, 8, 8), -12.0)
        raw[0, [4, 11], 2, 2] = 8.0
        self.assertGreater(float(self.loss(raw, [])[0]), 0.1)
        self.assertLess(float(self.loss(raw, [], [[0, 12, 12, 28, 28]])[0]), 0.001)

    def test_measures_overlap_as_the_paper_does(self):
        ciou, iou = complete_iou(torch.tensor([[10.0, 10, 20, 10]]), torch.tensor([[15.0, 10, 20, 10]]))
        # 15 x 10 shared of 250; centres 5 apart in a frame of 25 x 10; the same shape.
        self.assertAlmostEqual(float(iou), 150 / 250, places=5)
        self.assertAlmostEqual(float(ciou), 150 / 250 - 25 / (25**2 + 10**2), places=5)
