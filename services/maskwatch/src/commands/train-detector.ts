import { parseNames } from '@maskwatch/training/dataset/class-names';
import { Command, InvalidArgumentError, Option } from 'commander';
import { counted } from '../counted.ts';
import { sectionsText } from '../evaluate/section-text.ts';
import { usualStart } from '../train/detector/network-source.ts';
import { type DetectorOptions, parseClasses } from '../train/detector/options.ts';
import { type TrainedDetector, trainDetector } from '../train/detector/train-detector.ts';

interface Given {
  out: string;
  validation?: string;
  names?: string;
  network: string;
  from?: string;
  classes: string;
  anchors: 'data' | 'keep';
  size: number;
  epochs: number;
  minutes?: number;
  batchSize: number;
  learningRate?: number;
  freeze?: number;
  seed: number;
  python?: string;
  resume?: true;
  json?: true;
}

/** maskwatch train detector: a detector of one's own, by the recipe in PyTorch. */
export function trainDetectorCommand(): Command {
  return new Command('detector')
    .description('train a face or mask detector on your own pictures (needs Python with PyTorch)')
    .argument('<data>', 'VOC XML, YOLO text, COCO JSON, or a shard with faces')
    .option('--out <name>', 'name of the model or, with a slash, its folder', 'my-detector')
    .option('--validation <data>', 'pictures to measure on (default: a fifth of DATA)')
    .option('--names <pairs>', 'what the classes of DATA are: with_mask=mask,without_mask=no_mask')
    .option('--network <cfg>', 'mobilenetv2, tiny-3l, or a darknet cfg', 'mobilenetv2')
    .option(
      '--from <weights>',
      'shipped, none, or a .weights file (default: shipped where it fits)',
    )
    .option('--classes <list>', 'face, mask,no_mask or states (the three mask states)', 'face')
    .addOption(
      new Option('--anchors <whose>', 'of the boxes of DATA, or those of the cfg')
        .choices(['data', 'keep'])
        .default('data'),
    )
    .option('--size <n>', 'longest side that it sees, a multiple of 32', inputSize, 416)
    .option('--epochs <n>', 'passes over the pictures', whole(1, 10_000), 30)
    .option('--minutes <n>', 'ends in this time, if that is sooner', number(0.01, 100_000))
    .option('--batch-size <n>', 'pictures a step', whole(1, 1024), 16)
    .option('--learning-rate <n>', 'default: 0.001, 0.0003 from weights', number(1e-7, 10))
    .option('--freeze <n>', 'layers, from the first, that do not learn', whole(0, 1000))
    .option('--seed <n>', 'decides split, anchors and samples', whole(0, 2 ** 31 - 1), 1)
    .option('--python <path>', 'a Python with PyTorch and OpenCV (default: looked for)')
    .option('--resume', 'go on with the training in --out')
    .option('--json', 'one JSON object instead of tables')
    .action(train);
}

async function train(data: string, given: Given): Promise<void> {
  const trained = await trainDetector(optionsOf(data, given), process.stderr);
  process.stdout.write(given.json === true ? `${json(trained)}\n` : text(trained));
}

function optionsOf(data: string, given: Given): DetectorOptions {
  const { classes, from, json: _, names, resume, ...same } = given;
  return {
    ...same,
    ...{ data, classes: parseClasses(classes), resume: resume === true },
    from: from ?? usualStart(given.network),
    ...(names === undefined ? {} : { names: parseNames(names) }),
  };
}

function json({ name, folder, model, prepared, outcome, figures }: TrainedDetector): string {
  const { thresholds, judges, classes } = model;
  const { anchors, counts } = prepared;
  return JSON.stringify({
    ...{ model: name, folder, classes, thresholds, ...(judges === undefined ? {} : { judges }) },
    ...{ counts, anchors, training: outcome, ...figures },
  });
}

function text({ name, folder, model, outcome, sections }: TrainedDetector): string {
  const minutes = (outcome.seconds / 60).toFixed(1);
  const ended = outcome.stopped === 'interrupted' ? '; --resume goes on from there' : '';
  return [
    sectionsText(sections),
    '',
    `${name}: ${counted(outcome.epochs, 'epoch')} in ${minutes} min (${outcome.stopped}${ended}), confidence ${model.thresholds.confidence}`,
    `in ${folder}: model.json, CARD.md, log.csv, report.html`,
    '',
  ].join('\n');
}

function inputSize(value: string): number {
  const size = whole(64, 2048)(value);
  if (size % 32 === 0) return size;
  throw new InvalidArgumentError('It must be a multiple of 32.');
}

function whole(low: number, high: number): (value: string) => number {
  return (value) => {
    const found = Number(value);
    if (/^\d+$/.test(value.trim()) && found >= low && found <= high) return found;
    throw new InvalidArgumentError(`It must be a whole number from ${low} to ${high}.`);
  };
}

function number(low: number, high: number): (value: string) => number {
  return (value) => {
    const found = Number(value);
    if (value.trim() !== '' && found >= low && found <= high) return found;
    throw new InvalidArgumentError(`It must be a number from ${low} to ${high}.`);
  };
}
