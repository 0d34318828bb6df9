import { Problem } from '@maskwatch/platform/problem';
import { Command, InvalidArgumentError, Option } from 'commander';
import { readMap, readNames } from '../import/class-meanings.ts';
import { type ImportResult, importModel } from '../import/import-model.ts';
import type { ImportOptions } from '../import/import-options.ts';
import { inputText, selfTestText } from '../import/model-card.ts';
import { type ScalingName, scalingNames } from '../import/scaling.ts';

interface Options {
  out: string;
  names?: string;
  map?: string;
  size?: number;
  scale?: ScalingName;
  colour: 'rgb' | 'bgr';
  crop: 'square' | 'box';
  side: number;
  runtime: 'onnx' | 'tfjs';
  pictures?: string;
  python?: string;
  licence: string;
  json?: true;
}

/** maskwatch models import: networks of darknet, Keras, TensorFlow.js and ONNX as model folders. */
export function modelsImportCommand(): Command {
  return new Command('import')
    .description('make a model of a network from darknet, Keras, TensorFlow.js or ONNX')
    .argument(
      '<file...>',
      'NET.cfg NET.weights; FILE.onnx, .h5 or .keras; a folder of TensorFlow.js',
    )
    .requiredOption('--out <name>', 'name of the model, or a folder with a slash in it')
    .option(
      '--names <list>',
      "the network's classes in its own order: a file with one a line, or a,b",
    )
    .option('--map <pairs>', 'what they mean: person=ignore,with_mask=mask')
    .option(
      '--size <n>',
      'side of the input in pixels, where the network leaves it open',
      number(16, 4096),
    )
    .addOption(
      new Option('--scale <how>', 'how a classifier wants its pixels').choices(scalingNames),
    )
    .addOption(
      new Option('--colour <order>', 'how it reads its channels')
        .choices(['rgb', 'bgr'])
        .default('rgb'),
    )
    .addOption(
      new Option('--crop <shape>', 'how a face is cut for a classifier')
        .choices(['square', 'box'])
        .default('square'),
    )
    .option('--side <n>', 'side of the cut over the side of the box', number(0.5, 4), 1.4)
    .addOption(
      new Option('--runtime <name>', 'what runs a folder of TensorFlow.js; onnx converts it')
        .choices(['onnx', 'tfjs'])
        .default('onnx'),
    )
    .option('--pictures <dir>', 'pictures to try it on; a folder per class finds the scaling')
    .option('--python <path>', 'a Python with Keras or OpenCV that runs the original')
    .option('--licence <text>', 'what the card says of it', 'unknown; ask whoever made it')
    .option('--json', 'the result as one JSON object')
    .action(run);
}

async function run(files: string[], options: Options): Promise<void> {
  const asked: ImportOptions = {
    names: options.names === undefined ? undefined : await readNames(options.names),
    map: options.map === undefined ? {} : readMap(options.map),
    size: options.size === undefined ? undefined : wholeSize(options.size),
    scaling: options.scale,
    colourOrder: options.colour,
    crop: { shape: options.crop, side: options.side },
    runtime: options.runtime,
    pictures: options.pictures,
    python: options.python,
    licence: options.licence.slice(0, 500),
  };
  const result = await importModel(files, options.out, asked);
  for (const note of result.imported.notes) process.stderr.write(`${note}\n`);
  process.stdout.write(options.json ? `${JSON.stringify(asJson(result))}\n` : asText(result));
}

function asJson({ folder, imported, test }: ImportResult) {
  const { model, origin, probing, notes, sources } = imported;
  const { name, task, input, scale, offset, colourOrder } = model;
  return {
    ...{ name, folder, task, origin, input, scale, offset, colourOrder },
    ...(model.task === 'features' ? {} : { classes: model.classes }),
    ...(model.task === 'detector' ? { layout: model.layout, judges: model.judges } : {}),
    ...(model.task === 'classifier' ? { crop: model.crop, runtime: model.runtime ?? 'onnx' } : {}),
    ...{ probing, selfTest: test, notes },
    sources: sources.map((file) => ({ name: file.name, sha256: file.sha256 })),
  };
}

function asText({ folder, imported, test }: ImportResult): string {
  const { model, origin, probing = [] } = imported;
  const lines = [`${model.name}  ${model.task}, from ${origin}`, inputText(model)];
  for (const { scaling, accuracy, pictures } of probing) {
    lines.push(
      `scaling ${scaling}: ${(100 * accuracy).toFixed(1)} % of ${pictures} pictures right`,
    );
  }
  if (model.task === 'detector' && model.judges !== undefined) {
    const { threshold, smallestFace } = model.judges;
    lines.push(
      `It judges by itself, without a classifier: from ${threshold} on, faces of ${smallestFace} pixels and more.`,
    );
  }
  lines.push(selfTestText(test), `Written to ${folder}`);
  return `${lines[0]}\n${lines
    .slice(1)
    .map((line) => `  ${line}\n`)
    .join('')}`;
}

function wholeSize(size: number): number {
  if (Number.isInteger(size)) return size;
  throw new Problem('import-size', `--size ${size} is no whole number of pixels.`, { status: 400 });
}

function number(low: number, high: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() !== '' && value >= low && value <= high) return value;
    throw new InvalidArgumentError(`It must be a number from ${low} to ${high}.`);
  };
}
