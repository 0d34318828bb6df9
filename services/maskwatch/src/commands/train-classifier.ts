import { systemClock } from '@maskwatch/platform/clock';
import { parseNames } from '@maskwatch/training/dataset/class-names';
import { parseAugmentation, usualAugmentation } from '@maskwatch/training/features/augmentation';
import { activations, type HeadActivation } from '@maskwatch/training/head/head-layers';
import { Command, InvalidArgumentError, Option } from 'commander';
import { type GivenOptions, parseDense } from '../train/classifier/options.ts';
import { resultText } from '../train/classifier/result.ts';
import { trainClassifier } from '../train/classifier/train-classifier.ts';

interface Given {
  out: string;
  validation?: string;
  names?: string;
  faces: 'auto' | 'whole';
  mode: 'head' | 'full';
  unfreeze: number;
  dense: string;
  activation: HeadActivation;
  dropout: number;
  learningRate?: number;
  batchSize: number;
  epochs: number;
  patience: number;
  imageSize: number;
  seed: number;
  classWeights: string;
  augment: string;
  views?: number;
  leaky: boolean;
  resume?: true;
  python?: string;
  json?: true;
}

/** Of Adam, where none is given: a whole network takes smaller steps. */
const usualRate = { head: 0.0005, full: 0.0001 };

/** maskwatch train classifier */
export function trainClassifierCommand(): Command {
  const command = new Command('classifier')
    .description('train a mask classifier on your own pictures')
    .argument('<data>', 'a folder per class, a shard, VOC XML, YOLO text or COCO JSON')
    .option(
      '--out <name>',
      'a new model of the registry, or a folder with a slash',
      'own-classifier',
    )
    .option('--validation <data>', 'validate on this data, not on a part of DATA')
    .option('--names <pairs>', 'what the classes of DATA are: with_mask=mask,without_mask=no_mask')
    .addOption(
      new Option(
        '--faces <how>',
        'of pictures with one label: cut the largest face, or take them whole',
      )
        .choices(['auto', 'whole'])
        .default('auto'),
    )
    .addOption(
      new Option('--mode <mode>', 'train a head on frozen features, or convolutions too')
        .choices(['head', 'full'])
        .default('head'),
    )
    .option(
      '--unfreeze <n>',
      'mode full: how many of the 52 convolutions learn, from the last',
      whole(0, 52),
      20,
    );
  return headOptions(command).action(train);
}

function headOptions(command: Command): Command {
  return command
    .option('--dense <units>', 'dense layers between features and classes: 128,64, or none', '128')
    .addOption(
      new Option('--activation <name>', 'of those layers')
        .choices([...activations])
        .default('relu'),
    )
    .option(
      '--dropout <share>',
      'of what each of those layers forgets in a step',
      number(0, 0.95),
      0.7,
    )
    .option('--learning-rate <n>', "Adam's (default: 0.0005, mode full 0.0001)", number(1e-7, 1))
    .option('--batch-size <n>', 'faces a step', whole(1, 4096), 32)
    .option('--epochs <n>', 'at most', whole(1, 10_000), 60)
    .option(
      '--patience <n>',
      'ends after so many epochs without a lower validation loss',
      whole(1, 10_000),
      10,
    )
    .option('--image-size <px>', 'what the network sees, a multiple of 32, or 112', imageSize, 192)
    .option('--seed <n>', 'same seed, same result', whole(0, 2 ** 31 - 1), 1)
    .option('--class-weights <how>', 'balanced, none, or mask=1,no_mask=2', 'balanced')
    .option('--augment <list>', 'how the views of a picture differ, or none', usualAugmentation)
    .option(
      '--views <n>',
      'of each picture: one as it is, the others augmented (default: 3 to 8, as data allow)',
      whole(1, 64),
    )
    .option('--no-leaky', 'leave out the second training after a naive split')
    .option('--resume', 'go on where a training to the same --out was stopped')
    .option('--python <program>', 'mode full without TensorFlow for Node: a Python with PyTorch')
    .option('--json', 'one JSON object instead of the table');
}

async function train(data: string, given: Given): Promise<void> {
  const { stderr, stdout } = process;
  const { result, trained, figures } = await trainClassifier(optionsOf(data, given), {
    ...{ stderr, clock: systemClock },
  });
  stdout.write(
    given.json === true ? `${JSON.stringify(result)}\n` : resultText(result, trained, figures),
  );
}

function optionsOf(data: string, given: Given): GivenOptions {
  const { names, json: _, resume, augment, dense, learningRate, ...rest } = given;
  return {
    ...{ ...rest, data, resume: resume === true },
    ...{ dense: parseDense(dense), augment: parseAugmentation(augment) },
    learningRate: learningRate ?? usualRate[given.mode],
    ...(names !== undefined && { names: parseNames(names) }),
  };
}

function number(low: number, high: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() !== '' && value >= low && value <= high) return value;
    throw new InvalidArgumentError(`It must be a number from ${low} to ${high}.`);
  };
}

function whole(low: number, high: number): (text: string) => number {
  return (text) => {
    const value = number(low, high)(text);
    if (Number.isInteger(value)) return value;
    throw new InvalidArgumentError(`It must be a whole number from ${low} to ${high}.`);
  };
}

function imageSize(text: string): number {
  const value = whole(32, 320)(text);
  if (value % 32 === 0 || value % 112 === 0) return value;
  throw new InvalidArgumentError('It must be a multiple of 32, or 112 or 224.');
}
