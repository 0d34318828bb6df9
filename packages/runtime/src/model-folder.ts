import { createHash } from 'node:crypto';
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
import type { LoadedModel } from './registry.ts';
import { openSession } from './session.ts';

type Undescribed = 'file' | 'sha256' | 'golden';
/** A model whose file has not been written yet. */
export type NewModel =
  | Omit<DetectorModel, Undescribed>
  | Omit<ClassifierModel, Undescribed>
  | Omit<FeaturesModel, Undescribed>;

/** Of the output's range: what fp32 differs by between machines, with room. */
const fp32Tolerance = 1e-3;
/** A prime, so that the samples do not fall on the same few channels of a map. */
const samplesOfEach = 61;

/**
 * Writes a model's folder: the network, its card where there is one, and model.json with hash and
 * golden outputs. model.json comes last and whole: a write that breaks off leaves no model. Problems:
 * model-open and inference-run where the network does not run here.
 */
export async function writeModelFolder({
  folder,
  model,
  onnx,
  card,
}: {
  folder: string;
  model: NewModel;
  onnx: Uint8Array;
  card?: string;
}): Promise<LoadedModel> {
  await mkdir(folder, { recursive: true });
  const file = `${model.name}.onnx`;
  const path = join(folder, file);
  await writeFile(path, onnx);
  const sha256 = createHash('sha256').update(onnx).digest('hex');
  const size = goldenSize(model);
  const blank = {
    ...model,
    file,
    sha256,
    golden: { ...size, tolerance: fp32Tolerance, outputs: [] },
  };
  const written = { ...blank, golden: await goldenOutputs({ model: blank, path }) };
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

async function goldenOutputs(loaded: LoadedModel): Promise<Model['golden']> {
  const { golden } = loaded.model;
  const { width, height } = golden;
  const session = await openSession(loaded);
  try {
    const planes = goldenPattern(width, height);
    const results = await session.run({ planes, count: 1, width, height, colour: 'rgb' });
    const outputs = Object.entries(results).map(([name, { data, shape }]) => ({
      name,
      shape: [...shape],
      range: rounded(range(data)),
      samples: evenSamples(data, samplesOfEach).map(rounded),
    }));
    return { ...golden, outputs };
  } finally {
    await session.release();
  }
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
