import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type ClassifierModel,
  type DetectorModel,
  type FeaturesModel,
  type Model,
  ModelFile,
} from '@maskwatch/contracts/model';
import { evenSamples, goldenPattern } from '@maskwatch/vision/golden-pattern';
import { checkGolden } from './golden-check.ts';
import type { LoadedModel } from './registry.ts';
import { openSession, type PictureSession } from './session.ts';
import { hashOfFiles } from './tfjs-files.ts';

type Undescribed = 'file' | 'sha256' | 'golden';
/** A model whose file has not been written yet. */
export type NewModel =
  | Omit<DetectorModel, Undescribed>
  | Omit<ClassifierModel, Undescribed>
  | Omit<FeaturesModel, Undescribed>;

/** A file of a network. */
export interface NetworkFile {
  name: string;
  bytes: Uint8Array;
}

export type NewFolder = {
  folder: string;
  model: NewModel;
  card?: string;
  golden?: Model['golden'];
} & (
  | { onnx: Uint8Array }
  /** Of the runtime tfjs: the JSON and its files of weights in its order. */
  | { files: readonly NetworkFile[] }
);

/** Of the output's range: what fp32 differs by between machines, with room. */
const fp32Tolerance = 1e-3;
/** A prime, so that the samples do not fall on the same few channels of a map. */
const samplesOfEach = 61;

/**
 * Writes a model's folder: the network, its card where there is one, and model.json with hash and
 * golden outputs. model.json comes last and whole: a write that breaks off leaves no model. Of a
 * variant the golden outputs are those of its original, and `measured` tells how far it is from
 * them, of their range. Problems: model-open and inference-run where the network does not run here,
 * model-golden where a variant is further from its original than it may be.
 */
export async function writeModelFolder(options: NewFolder): Promise<LoadedModel> {
  const { folder, model, card, golden: original } = options;
  const files =
    'onnx' in options ? [{ name: `${model.name}.onnx`, bytes: options.onnx }] : options.files;
  await mkdir(folder, { recursive: true });
  for (const { name, bytes } of files) await writeFile(join(folder, name), bytes);
  const file = files[0]!.name;
  const path = join(folder, file);
  const sha256 = hashOfFiles(files.map(({ bytes }) => bytes));
  const size = goldenSize(model);
  const blank = { ...size, tolerance: fp32Tolerance, outputs: [] };
  const named = { ...model, file, sha256, golden: original ?? blank };
  const written = await checkedHere({ model: named, path });
  if (card !== undefined) await writeFile(join(folder, 'CARD.md'), card);
  await writeDescription(folder, written);
  return { model: written, path };
}

/** Replaces the model.json of a folder in one step; a description that is none throws a ZodError. */
export async function writeDescription(folder: string, model: ModelFile): Promise<void> {
  const json = JSON.stringify(ModelFile.parse(model), undefined, 2);
  // Lists of numbers or words on one line, so that a change of one figure shows as one line.
  const compact = json.replace(/\[\s+([^[\]{}]*?)\s+\]/g, (whole, list: string) => {
    return list.length > 60 && list.includes('"') ? whole : `[${list.replace(/,\s+/g, ', ')}]`;
  });
  const path = join(folder, 'model.json');
  await writeFile(`${path}.new`, `${compact}\n`);
  await rename(`${path}.new`, path);
}

/** Not square where the network allows it, so that rows and columns cannot be mixed up unseen. */
function goldenSize({ task, input }: NewModel): { width: number; height: number } {
  const fixed = task !== 'detector' || input.square;
  return fixed ? { width: input.size, height: input.size } : { width: 320, height: 256 };
}

/** With what it computes here: recorded where nothing is, else compared. */
async function checkedHere(loaded: LoadedModel): Promise<Model> {
  const { model } = loaded;
  const session = await openSession(loaded);
  try {
    if (model.golden.outputs.length === 0) {
      return { ...model, golden: await goldenOutputs(model.golden, session) };
    }
    const differences = (await checkGolden(model, session)).map(({ output, difference }) => {
      return [`${output}Difference`, Number(difference.toPrecision(3))] as const;
    });
    return { ...model, measured: { ...model.measured, ...Object.fromEntries(differences) } };
  } finally {
    await session.release();
  }
}

async function goldenOutputs(
  golden: Model['golden'],
  session: PictureSession,
): Promise<Model['golden']> {
  const { width, height } = golden;
  const planes = goldenPattern(width, height);
  const results = await session.run({ planes, count: 1, width, height, colour: 'rgb' });
  const outputs = Object.entries(results).map(([name, { data, shape }]) => ({
    name,
    shape: [...shape],
    range: rounded(range(data)),
    samples: evenSamples(data, samplesOfEach).map(rounded),
  }));
  return { ...golden, outputs };
}

function range(values: Float32Array): number {
  let least = Number.POSITIVE_INFINITY;
  let most = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    least = Math.min(least, value);
    most = Math.max(most, value);
  }
  return most - least;
}

function rounded(value: number): number {
  return Number(value.toPrecision(7));
}
