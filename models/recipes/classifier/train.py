"""python3 -m classifier.train --data DIR --validation DIR --classes A,B --base DIR --out DIR: see README.md."""
import argparse
import json
import signal
import sys
from pathlib import Path

import cv2
import torch

from .augment import DEFAULT, parse_augment
from .data import DataFault, read_folder
from .network import ACTIVATIONS, CONVOLUTIONS, Classifier, WeightsFault, read_weights
from .trainer import Trainer


def parse(arguments):
    parser = argparse.ArgumentParser(prog='classifier.train', description='Trains the whole classifier.')
    add = parser.add_argument
    add('--data', type=Path, required=True)
    add('--validation', type=Path, required=True)
    add('--classes', type=lambda text: text.split(','), required=True)
    add('--base', type=Path, required=True)
    add('--out', type=Path, required=True)
    add('--image-size', type=positive, default=112)
    add('--unfreeze', type=int, default=CONVOLUTIONS, choices=range(CONVOLUTIONS + 1), metavar='0..52')
    add('--dense', type=units, default=[128])
    add('--activation', choices=tuple(ACTIVATIONS), default='relu')
    add('--dropout', type=float, default=0.5)
    add('--learning-rate', type=float, default=1e-4)
    add('--batch-size', type=positive, default=32)
    add('--epochs', type=positive, default=30)
    add('--patience', type=positive, default=5)
    add('--minutes', type=float)
    add('--class-weights', choices=('balanced', 'none'), default='balanced')
    add('--augment', type=amounts, default=parse_augment(DEFAULT))
    add('--seed', type=int, default=1)
    add('--workers', type=int, default=1)
    add('--threads', type=int, default=0)
    add('--device', default='cuda' if torch.cuda.is_available() else 'cpu')
    add('--resume', action='store_true')
    options = parser.parse_args(arguments)
    if options.image_size % 32 and options.image_size % 112:
        parser.error('--image-size must be a multiple of 32 or of 112')
    if len(options.classes) < 2:
        parser.error('--classes needs at least two')
    return options


def positive(text):
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError('it must be at least 1')
    return value


def units(text):
    return [] if text == 'none' else [positive(part) for part in text.split(',')]


def amounts(text):
    try:
        return parse_augment(text)
    except ValueError as fault:
        raise argparse.ArgumentTypeError(str(fault)) from None


def train(options):
    torch.manual_seed(options.seed)
    if options.threads:
        torch.set_num_threads(options.threads)
    cv2.setNumThreads(0)
    options.out.mkdir(parents=True, exist_ok=True)
    crops = read_folder(options.data, options.classes)
    validation = read_folder(options.validation, options.classes)
    network = Classifier(len(options.classes), options.dense, options.activation, options.dropout)
    read_weights(network, options.base)
    network.learn(options.unfreeze)
    trainer = Trainer(network, crops, validation, options)
    if options.resume:
        trainer.resume()
    else:
        for name in ('log.csv', 'weights.json', 'weights.bin'):
            (options.out / name).unlink(missing_ok=True)
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, trainer.stop)
    stopped = trainer.run()
    best = trainer.best
    return {
        **{'epochs': trainer.epoch, 'bestEpoch': best['epoch'], 'stopped': stopped},
        **{'loss': best['loss'], 'accuracy': best['accuracy']},
    }


def main(arguments=None):
    try:
        result = train(parse(arguments))
    except (DataFault, WeightsFault, OSError) as fault:
        print(fault, file=sys.stderr)
        return 1
    if result['bestEpoch'] == 0:
        print('The run ended before its first epoch was done; there is nothing to keep.', file=sys.stderr)
        return 1
    print(json.dumps(result), flush=True)
    return 0


if __name__ == '__main__':
    sys.exit(main())
