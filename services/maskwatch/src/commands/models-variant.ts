import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Model } from '@maskwatch/contracts/model';
import { halfPrecision } from '@maskwatch/onnx/half-precision';
import { readOnnx } from '@maskwatch/onnx/onnx-reader';
import { writeOnnx } from '@maskwatch/onnx/onnx-writer';
import { Problem } from '@maskwatch/platform/problem';
import { writeModelFolder } from '@maskwatch/runtime/model-folder';
import { loadModel, placeOfModel } from '@maskwatch/runtime/registry';
import { Command } from 'commander';

interface Options {
  out: string;
  half: true;
}

/**
 * Of each output's range. Narrow weights alone move single values of the shipped models by up to
 * 1.5 %, and 0.1 % on average; a GPU narrows what lies between the layers as well.
 */
const tolerance = 0.03;

/** maskwatch models variant: the same network in another precision, as a model of its own. */
export function modelsVariantCommand(): Command {
  return new Command('variant')
    .description('make a model in float16 of another: for GPUs, half the size')
    .argument('<name>', 'the model, or its folder with a slash in it')
    .requiredOption('--half', 'in float16; inputs and outputs stay as they are')
    .requiredOption('--out <name>', 'name of the variant, or a folder with a slash in it')
    .action(run);
}

async function run(name: string, { out }: Options): Promise<void> {
  const { folder, model } = await writeHalf(name, out);
  const lines = Object.entries(model.measured).map(([what, value]) => `  ${what}: ${value}\n`);
  process.stdout.write(`${model.name}  ${model.task} in float16\n${lines.join('')}`);
  process.stdout.write(`  Written to ${folder}\n`);
}

/**
 * Problems, besides those of the registry: model-members of an ensemble, model-exists, onnx-half,
 * variant-differs where float16 does not carry the network.
 */
async function writeHalf(name: string, out: string): Promise<{ folder: string; model: Model }> {
  const { model: original, path, members } = await loadModel(name);
  if (members !== undefined) {
    throw new Problem('model-members', `${name} consists of other models.`, {
      action: 'Make variants of its members, and an ensemble of them.',
    });
  }
  if (original.runtime === 'tfjs') {
    throw new Problem('onnx-half', `${name} runs with TensorFlow.js, and is no ONNX file.`, {
      action: 'Import its network without --runtime tfjs, and make a variant of that.',
    });
  }
  const place = placeOfModel(out);
  if (existsSync(join(place.folder, 'model.json'))) {
    throw new Problem('model-exists', `There is a model at ${place.folder} already.`, {
      action: 'Choose another --out, or remove it.',
    });
  }
  const onnx = writeOnnx(halfPrecision(readOnnx(await readFile(path))));
  const model = { ...original, name: place.name, measured: measuredOf(original) };
  const golden = { ...original.golden, tolerance };
  const card = cardOf(place.name, original);
  const { folder } = place;
  const written = await writeModelFolder({ folder, model, onnx, card, golden }).catch(differing);
  return { folder, model: written.model };
}

/** Figures of the original are not those of the variant. */
function measuredOf({ name, version, sha256 }: Model): Model['measured'] {
  return { precision: 'float16', variantOf: `${name} ${version}, sha256 ${sha256}` };
}

function cardOf(name: string, original: Model): string {
  return `# ${name}

${original.name} ${original.version} in float16, made by \`maskwatch models variant\`. Pictures go in and numbers come out as there; how far the numbers of one generated picture are from the original's stands in model.json under \`measured\`, as a share of each output's range.

## How well it works

Not measured: \`maskwatch evaluate\` does it on your pictures. Thresholds are those of the original.

## Made from

${original.name}, sha256 ${original.sha256}; its card tells the rest.

Licence: ${original.licence}
`;
}

function differing(thrown: unknown): never {
  if (!(thrown instanceof Problem) || thrown.code !== 'model-golden') throw thrown;
  throw new Problem('variant-differs', `float16 does not carry this network: ${thrown.message}`, {
    action: 'Use the network in float32.',
    cause: thrown,
  });
}
