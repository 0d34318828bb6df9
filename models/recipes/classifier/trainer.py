"""The run: epochs, early stopping with the best weights kept, log, checkpoint."""
import csv
import math
import os
import signal
import sys
import time

import torch
from torch.nn import functional as F

from .data import Batches
from .network import write_weights

COLUMNS = ('epoch', 'loss', 'accuracy', 'val_loss', 'val_accuracy', 'learning_rate', 'seconds')
HEAD_RATE = 10
SAY_EVERY = 10  # seconds


class Trainer:
    def __init__(self, network, crops, validation, options):
        self.options, self.crops, self.validation = options, crops, validation
        self.device = torch.device(options.device)
        self.network = network.to(self.device, memory_format=torch.channels_last)
        counts = torch.bincount(torch.tensor([kind for _, kind in crops]), minlength=len(options.classes))
        balanced = options.class_weights == 'balanced'
        self.weights = (len(crops) / (len(counts) * counts) if balanced else torch.ones(len(counts))).to(self.device)
        base = [p for p in network.convolutions.parameters() if p.requires_grad]
        groups = [{'params': list(network.dense.parameters()), 'factor': HEAD_RATE}]
        if base:
            groups.append({'params': base, 'factor': 1})
        self.optimizer = torch.optim.Adam(groups, lr=options.learning_rate)
        self.epoch, self.spent = 0, 0.0
        self.best = {'epoch': 0, 'loss': math.inf, 'accuracy': 0.0}
        self.stopping = None

    def stop(self, *_):
        """As a signal's handler: ends after the step under way."""
        self.stopping = 'interrupted'

    def run(self):
        """Returns why it ended: epochs, patience, minutes or interrupted."""
        while self.stopping is None and self.epoch < self.options.epochs:
            if self.epoch - self.best['epoch'] >= self.options.patience:
                return 'patience'
            self._epoch()
        return self.stopping or 'epochs'

    def rate(self, batch, batches):
        share = (self.epoch + batch / batches) / self.options.epochs
        return self.options.learning_rate * 0.5 * (1 + math.cos(math.pi * share))

    def _epoch(self):
        # Dropout, too, depends on seed and epoch alone, so that a resumed run is the same run.
        torch.manual_seed(self.options.seed * 100_003 + self.epoch)
        batches = Batches(self.crops, self.options, epoch=self.epoch)
        loader = torch.utils.data.DataLoader(
            batches, batch_size=None, num_workers=self.options.workers, worker_init_fn=leave_signals
        )
        begun = said = time.monotonic()
        total = right = seen = 0
        self.network.train()
        for number, (pixels, kinds) in enumerate(loader):
            for group in self.optimizer.param_groups:
                group['lr'] = self.rate(number, len(batches)) * group['factor']
            logits = self.network(self._normal(pixels))
            loss = F.cross_entropy(logits, kinds.to(self.device), self.weights)
            self.optimizer.zero_grad(set_to_none=True)
            loss.backward()
            self.optimizer.step()
            total += float(loss) * len(kinds)
            right += int((logits.argmax(1).cpu() == kinds).sum())
            seen += len(kinds)
            now = time.monotonic()
            if now - said >= SAY_EVERY:
                said = now
                self._say(f'epoch {self.epoch + 1}: {number + 1} of {len(batches)} batches, loss {total / seen:.4f}')
            if self.options.minutes is not None and self.spent + now - begun >= 60 * self.options.minutes:
                self.stopping = self.stopping or 'minutes'
            # Time that is up still lets a first epoch count, so that there is something to keep.
            if self.stopping == 'interrupted' or (self.stopping and self.best['epoch']):
                return
        self.spent += time.monotonic() - begun
        self._end_epoch(total / seen, right / seen, time.monotonic() - begun)

    def _end_epoch(self, loss, accuracy, seconds):
        rate = self.rate(0, 1)
        self.epoch += 1
        val_loss, val_accuracy = self.evaluate()
        self._log([self.epoch, loss, accuracy, val_loss, val_accuracy, rate, seconds])
        better = val_loss < self.best['loss']
        if better:
            self.best = {'epoch': self.epoch, 'loss': val_loss, 'accuracy': val_accuracy}
            write_weights(self.network, self.options.out, self.about())
        mark = ', the best so far' if better else ''
        self._say(
            f'epoch {self.epoch} of {self.options.epochs}: loss {loss:.4f}, accuracy {accuracy:.3f}; '
            f'validation {val_loss:.4f}, {val_accuracy:.3f}{mark}'
        )
        self.save()

    @torch.no_grad()
    def evaluate(self):
        """Loss and accuracy on the validation crops, without augmentation and class weights."""
        self.network.eval()
        batches = Batches(self.validation, self.options, augmented=False)
        total = right = 0
        for k in range(len(batches)):
            pixels, kinds = batches[k]
            logits = self.network(self._normal(pixels)).cpu()
            total += float(F.cross_entropy(logits, kinds, reduction='sum'))
            right += int((logits.argmax(1) == kinds).sum())
        return total / len(self.validation), right / len(self.validation)

    def about(self):
        o = self.options
        return {
            **{'classes': o.classes, 'imageSize': o.image_size},
            **{'dense': list(o.dense), 'activation': o.activation},
        }

    def _normal(self, pixels):
        x = pixels.to(self.device).float().div_(127.5).sub_(1)
        return x.contiguous(memory_format=torch.channels_last)

    def _log(self, row):
        path = self.options.out / 'log.csv'
        fresh = not path.exists()
        with open(path, 'a', newline='', encoding='utf-8') as file:
            writer = csv.writer(file, lineterminator='\n')
            if fresh:
                writer.writerow(COLUMNS)
            writer.writerow(f'{v:.6g}' if isinstance(v, float) else v for v in row)

    def _say(self, what):
        print(what, file=sys.stderr, flush=True)

    def save(self):
        path = self.options.out / 'state.pt'
        state = {
            **{'network': self.network.state_dict(), 'optimizer': self.optimizer.state_dict()},
            **{'epoch': self.epoch, 'spent': self.spent, 'best': self.best},
        }
        torch.save(state, f'{path}.new')
        os.replace(f'{path}.new', path)

    def resume(self):
        state = torch.load(self.options.out / 'state.pt', map_location=self.device)
        self.network.load_state_dict(state['network'])
        self.optimizer.load_state_dict(state['optimizer'])
        self.epoch, self.spent, self.best = state['epoch'], state['spent'], state['best']


def leave_signals(_):
    """The loader's processes are ended by this one, not by Ctrl-C."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
