"""The run: steps, moving average, log, checkpoints; it ends in time and goes on where it ended."""
import csv
import math
import os
import signal
import sys
import time
from copy import deepcopy

import torch

from .data import Batches
from .loss import detection_loss
from .weights import write_weights

COLUMNS = ('epoch', 'steps', 'loss', 'box', 'objectness', 'class', 'val_loss', 'learning_rate', 'seconds')
LEAST_RATE = 0.02  # of the learning rate, at the end of the cosine
MOST_VALIDATED = 256  # pictures an epoch
SAY_EVERY = 10  # seconds


class Trainer:
    def __init__(self, network, pictures, validation, options):
        self.options, self.pictures, self.validation = options, pictures, validation[:MOST_VALIDATED]
        self.device = torch.device(options.device)
        self.network = network.to(self.device, memory_format=torch.channels_last)
        self.average = deepcopy(self.network).eval()
        self.optimizer = make_optimizer(self.network, options)
        self.epoch = self.batch = self.step = 0
        self.spent = 0.0
        self.sums, self.epoch_spent = [0.0] * 4, 0.0
        self.stopping = None

    def stop(self, *_):
        """As a signal's handler: ends after the step under way."""
        self.stopping = 'interrupted'

    @property
    def steps_an_epoch(self):
        return -(-len(self.pictures) // self.options.batch_size)

    def progress(self):
        """0 to 1: of the epochs or of the minutes, whichever is further."""
        share = self.step / (self.steps_an_epoch * self.options.epochs)
        if self.options.minutes is not None:
            share = max(share, self.spent / (60 * self.options.minutes))
        return min(1.0, share)

    def rate(self):
        """Rises over the first steps, or the first tenth where that is shorter; falls as half a cosine."""
        warm = min(1.0, max((self.step + 1) / max(1, self.options.warmup), 10 * self.progress()))
        fall = 0.5 * (1 + math.cos(math.pi * self.progress()))
        return self.options.learning_rate * warm * (fall * (1 - LEAST_RATE) + LEAST_RATE)

    def run(self):
        """Trains to the end; returns why it ended: epochs, minutes or interrupted."""
        while self.epoch < self.options.epochs and self.stopping is None:
            self._epoch()
        self.save()
        return self.stopping or 'epochs'

    def _epoch(self):
        batches = Batches(self.pictures, self.options, epoch=self.epoch)
        loader = torch.utils.data.DataLoader(
            batches,
            batch_size=None,
            sampler=range(self.batch, len(batches)),
            num_workers=self.options.workers,
            worker_init_fn=leave_signals,
        )
        said = time.monotonic()
        begun = time.monotonic()
        for batch in loader:
            parts = self._step(batch)
            self.sums = [a + b for a, b in zip(self.sums, parts)]
            self.batch += 1
            now = time.monotonic()
            self.spent += now - begun
            self.epoch_spent += now - begun
            begun = now
            if now - said >= SAY_EVERY:
                said = now
                self._say(f'{self.batch} of {len(batches)} batches, loss {self.sums[0] / self.batch:.4f}')
            if self.options.minutes is not None and self.spent >= 60 * self.options.minutes:
                self.stopping = self.stopping or 'minutes'
            if self.stopping is not None:
                break
        if self.batch == len(batches):
            self._end_epoch()

    def _step(self, batch):
        images, boxes, ignored = batch
        for group in self.optimizer.param_groups:
            group['lr'] = self.rate() * group['factor']
        self.network.train()
        loss, parts = self._loss(self.network, images, boxes, ignored)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), 10)
        self.optimizer.step()
        self.optimizer.zero_grad(set_to_none=True)
        self.step += 1
        self._follow()
        return [float(value) for value in (loss, *parts)]

    def _loss(self, network, images, boxes, ignored):
        pixels = images.to(self.device).float().div_(255).contiguous(memory_format=torch.channels_last)
        half = self.options.precision == 'bf16'
        with torch.autocast(self.device.type, dtype=torch.bfloat16, enabled=half):
            maps = network(pixels)
        return detection_loss(maps, network.heads, boxes.to(self.device), ignored)

    @torch.no_grad()
    def _follow(self):
        """The moving average of the weights, which is what is kept."""
        decay = min(self.options.average, (1 + self.step) / (10 + self.step))
        for mine, theirs in zip(self.average.state_dict().values(), self.network.state_dict().values()):
            if mine.dtype.is_floating_point:
                mine.lerp_(theirs, 1 - decay)
            else:
                mine.copy_(theirs)

    @torch.no_grad()
    def validation_loss(self):
        if not self.validation:
            return None
        batches = Batches(self.validation, self.options, augmented=False)
        losses = [float(self._loss(self.average, *batches[k])[0]) for k in range(len(batches))]
        return sum(losses) / len(losses)

    def _end_epoch(self):
        means = [value / self.batch for value in self.sums]
        val_loss = self.validation_loss()
        self.epoch += 1
        row = [self.epoch, self.step, *means, val_loss, self.rate(), self.epoch_spent]
        self._log(row)
        against = '' if val_loss is None else f', {val_loss:.4f} on the validation part'
        self.batch, self.sums, self.epoch_spent = 0, [0.0] * 4, 0.0
        self._say(f'done, loss {means[0]:.4f}{against}')
        self.save()

    def _log(self, row):
        path = self.options.out / 'log.csv'
        fresh = not path.exists()
        with open(path, 'a', newline='', encoding='utf-8') as file:
            writer = csv.writer(file, lineterminator='\n')
            if fresh:
                writer.writerow(COLUMNS)
            writer.writerow('' if v is None else f'{v:.6g}' if isinstance(v, float) else v for v in row)

    def _say(self, what):
        done = self.progress()
        left = '' if done == 0 else f', {self.spent * (1 - done) / done / 60:.1f} min left'
        number = self.epoch + (self.batch > 0)
        print(f'epoch {number} of {self.options.epochs}: {what}{left}', file=sys.stderr, flush=True)

    def save(self):
        """State and weights, each whole or not at all."""
        path = self.options.out / 'state.pt'
        state = {
            'network': self.network.state_dict(),
            'average': self.average.state_dict(),
            'optimizer': self.optimizer.state_dict(),
            'at': (self.epoch, self.batch, self.step),
            'spent': (self.spent, self.epoch_spent),
            'sums': self.sums,
        }
        torch.save(state, f'{path}.new')
        os.replace(f'{path}.new', path)
        write_weights(self.average, self.options.out / 'last.weights')

    def resume(self):
        state = torch.load(self.options.out / 'state.pt', map_location=self.device)
        self.network.load_state_dict(state['network'])
        self.average.load_state_dict(state['average'])
        self.optimizer.load_state_dict(state['optimizer'])
        self.epoch, self.batch, self.step = state['at']
        self.spent, self.epoch_spent = state['spent']
        self.sums = state['sums']


def leave_signals(_):
    """The loader's processes are ended by this one, not by Ctrl-C."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)


def make_optimizer(network, options):
    """Kernels decay; biases and batch norms do not. Heads may learn faster."""
    heads = {id(p) for c in network.head_convolutions() for p in c.parameters()}
    groups = []
    for factor, in_heads in ((1.0, False), (options.head_rate, True)):
        for decay, of_kernels in ((options.weight_decay, True), (0.0, False)):
            some = [
                parameter
                for parameter in network.parameters()
                if parameter.requires_grad
                and (id(parameter) in heads) == in_heads
                and (parameter.dim() > 1) == of_kernels
            ]
            if some:
                groups.append({'params': some, 'weight_decay': decay, 'factor': factor})
    if options.optimizer == 'sgd':
        return torch.optim.SGD(groups, lr=options.learning_rate, momentum=0.9, nesterov=True)
    return torch.optim.AdamW(groups, lr=options.learning_rate)
