"""python3 -m detector.train --cfg CFG --data LIST --out DIR: see README.md."""
import argparse
import json
import os
import signal
import sys
from pathlib import Path

import cv2
import numpy as np
import torch

from .cfg import CfgFault
from .data import Batches
from .network import Network
from .pictures import DataFault, read_list
from .trainer import Trainer
from .weights import WeightsFault, read_weights, set_priors, settle_folded, start_from, start_new


def parse(arguments):
    parser = argparse.ArgumentParser(prog='detector.train', description='Trains a darknet detector.')
    add = parser.add_argument
    add('--cfg', type=Path, required=True)
    add('--data', type=Path, required=True, help='JSON lines of pictures')
    add('--validation', type=Path, help='the same; its loss is logged each epoch')
    add('--out', type=Path, required=True)
    add('--from', dest='start', type=Path, metavar='WEIGHTS', help='fine-tune these')
    add('--from-cfg', type=Path, help='the cfg of WEIGHTS, where classes or anchors differ')
    add('--freeze', type=whole, default=0, help='layers, from the first, that do not learn')
    add('--size', type=whole, default=416, help='longest side, a multiple of 32')
    add('--epochs', type=whole, default=30)
    add('--minutes', type=float)
    add('--batch-size', type=whole, default=16)
    add('--optimizer', choices=('adamw', 'sgd'), default='adamw')
    add('--learning-rate', type=float, help='default: 0.001, 0.0003 with --from; ten times that for sgd')
    add('--head-rate', type=float, help='times that, for the heads; default: 5 where --from has other classes, else 1')
    add('--weight-decay', type=float, help='default: 0.02, 0.0005 for sgd')
    add('--warmup', type=whole, default=100, help='steps over which the rate rises')
    add('--average', type=float, default=0.998, help='decay of the moving average')
    add('--mosaic', type=float, default=0.3, help='share of samples made of four pictures')
    add('--zoom', type=float, default=0.4)
    add('--flip', type=float, default=0.5)
    add('--no-colour', dest='colour', action='store_false')
    add('--seed', type=whole, default=1)
    add('--workers', type=whole, default=1)
    add('--threads', type=whole, default=0)
    add('--device', default='cuda' if torch.cuda.is_available() else 'cpu')
    add('--precision', choices=('auto', 'fp32', 'bf16'), default='auto')
    add('--resume', action='store_true')
    return settle_options(parser, parser.parse_args(arguments))


def whole(text):
    value = int(text)
    if value < 0:
        raise argparse.ArgumentTypeError('it must not be negative')
    return value


def settle_options(parser, options):
    if options.size < 64 or options.size % 32:
        parser.error('--size must be a multiple of 32 from 64 on')
    if options.batch_size < 1 or options.epochs < 1:
        parser.error('--batch-size and --epochs must be at least 1')
    sgd = options.optimizer == 'sgd'
    if options.learning_rate is None:
        options.learning_rate = (1e-3 if options.start is None else 3e-4) * (10 if sgd else 1)
    if options.weight_decay is None:
        options.weight_decay = 5e-4 if sgd else 0.02
    # Several sizes a run, so that the detector can be asked at others than its own.
    step = round(options.size * 0.15 / 32) * 32
    options.sizes = sorted({max(64, options.size - step), options.size, options.size + step})
    if options.precision == 'auto':
        options.precision = 'bf16' if computes_bf16(options.device) else 'fp32'
    return options


def computes_bf16(device):
    """Where the machine has it in hardware; elsewhere it is slower than float32."""
    if device.startswith('cuda'):
        return torch.cuda.is_bf16_supported()
    try:
        flags = Path('/proc/cpuinfo').read_text(encoding='utf-8')
    except OSError:
        return False
    return 'avx512_bf16' in flags or 'amx_bf16' in flags


def make_network(options):
    """The network, and whether its classes have still to be learned from nothing."""
    network = Network(options.cfg.read_text(encoding='utf-8'), options.freeze)
    start_new(network)
    if options.start is None:
        return network, True
    cfg = options.from_cfg or options.cfg
    other = Network(cfg.read_text(encoding='utf-8'))
    read_weights(other, options.start)
    return network, not start_from(network, other)


def class_shares(pictures, classes):
    """Of the boxes whose class is known, or even shares where none is."""
    counts = np.zeros(classes)
    for picture in pictures:
        for kind in picture.boxes[:, 4].astype(int):
            if kind >= classes:
                raise DataFault(f'{picture.path.name} has a box of class {kind}, the cfg has {classes} classes')
            if kind >= 0:
                counts[kind] += 1
    return (counts / counts.sum() if counts.sum() else np.full(classes, 1 / classes)).tolist()


def settle(network, pictures, options):
    """Batch norms that were folded take their statistics from the first samples of the run."""
    batches = Batches(pictures, options)
    images = torch.cat([batches[k][0].float() / 255 for k in range(1)])
    count = settle_folded(network, images)
    if count:
        print(f'{count} batch norms were folded; they start from the first {len(images)} samples', file=sys.stderr)


def train(options):
    torch.manual_seed(options.seed)
    if options.threads:
        torch.set_num_threads(options.threads)
    cv2.setNumThreads(0)
    options.out.mkdir(parents=True, exist_ok=True)
    pictures = read_list(options.data)
    validation = [] if options.validation is None else read_list(options.validation)
    network, new_classes = make_network(options)
    shares = class_shares(pictures, network.heads[0].classes)
    if new_classes:
        set_priors(network, shares)
    if options.head_rate is None:
        options.head_rate = 5 if new_classes and options.start is not None else 1
    if options.start is not None and not options.resume:
        settle(network, pictures, options)
    trainer = Trainer(network, pictures, validation, options)
    if options.resume:
        trainer.resume()
    else:
        (options.out / 'log.csv').unlink(missing_ok=True)
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, trainer.stop)
    stopped = trainer.run()
    return {'stopped': stopped, 'epochs': trainer.epoch, 'steps': trainer.step, 'seconds': trainer.spent}


def main(arguments=None):
    try:
        result = train(parse(arguments))
    except (CfgFault, DataFault, WeightsFault, OSError) as fault:
        print(fault, file=sys.stderr)
        return 1
    print(json.dumps(result), flush=True)
    return 0


if __name__ == '__main__':
    sys.exit(main())
