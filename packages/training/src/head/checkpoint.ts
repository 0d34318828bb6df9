import { open, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Problem } from '@maskwatch/platform/problem';
import { z } from 'zod';

const EpochFigures = z.object({
  /** From 1. */
  epoch: z.number().int(),
  loss: z.number(),
  accuracy: z.number(),
  validationLoss: z.number(),
  validationAccuracy: z.number(),
  learningRate: z.number(),
  seconds: z.number(),
});
export type EpochFigures = z.infer<typeof EpochFigures>;

/** All that a training needs to go on after its last whole epoch. */
export interface Checkpoint {
  epochs: EpochFigures[];
  /** Of the trained variables, in their order. */
  weights: Float32Array[];
  best: { epoch: number; weights: Float32Array[] };
  /** Of Adam: the number of steps, then the first and second moments. */
  moments: Float32Array[];
}

/** What a training is of; one goes on only where all of it is the same. */
export type TrainingIdentity = Record<string, string>;

const Header = z.object({
  identity: z.record(z.string(), z.string()),
  epochs: z.array(EpochFigures).min(1).max(100_000),
  bestEpoch: z.number().int().min(1),
  /** How many values each array has. */
  weights: z.array(z.number().int().min(1)),
  moments: z.array(z.number().int().min(1)),
});

const file = 'checkpoint.bin';
/** Weights, best weights and moments of a whole MobileNetV2 take 36 MB. */
const mostBytes = 512 * 1024 * 1024;

/** Writes the checkpoint of a folder in one step, so that a kill at any time leaves a whole one. */
export async function writeCheckpoint(
  folder: string,
  identity: TrainingIdentity,
  { epochs, weights, best, moments }: Checkpoint,
): Promise<void> {
  const header = JSON.stringify({
    ...{ identity, epochs, bestEpoch: best.epoch },
    weights: weights.map(({ length }) => length),
    moments: moments.map(({ length }) => length),
  });
  const arrays = [...weights, ...best.weights, ...moments].map(bytesOf);
  const handle = await open(join(folder, `${file}.new`), 'w');
  try {
    await handle.writev([Buffer.from(`${header}\n`), ...arrays]);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(join(folder, `${file}.new`), join(folder, file));
}

export async function removeCheckpoint(folder: string): Promise<void> {
  await rm(join(folder, file), { force: true });
}

/** Bytes of the checkpoint of a folder; Problem checkpoint-absent where it has none. */
export async function requireCheckpoint(folder: string): Promise<number> {
  const size = await stat(join(folder, file)).then(
    (found) => found.size,
    () => undefined,
  );
  if (size !== undefined) return size;
  throw new Problem('checkpoint-absent', `There is no training to go on with in ${folder}.`, {
    action: 'Leave out --resume, or name the --out of the training that was stopped.',
    status: 422,
  });
}

/**
 * Problems: checkpoint-absent, checkpoint-invalid, and checkpoint-other where it is of a training
 * with other options or data, which are named.
 */
export async function readCheckpoint(
  folder: string,
  identity: TrainingIdentity,
): Promise<Checkpoint> {
  const path = join(folder, file);
  const size = await requireCheckpoint(folder);
  if (size > mostBytes) throw invalid(path);
  const bytes = await readFile(path);
  const end = bytes.indexOf('\n');
  const header = Header.safeParse(parsed(bytes.subarray(0, end).toString('utf8')));
  if (end < 0 || !header.success) throw invalid(path);
  refuseOther(header.data.identity, identity);
  const lengths = [...header.data.weights, ...header.data.weights, ...header.data.moments];
  const values = bytes.subarray(end + 1);
  if (values.length !== 4 * lengths.reduce((a, b) => a + b, 0)) throw invalid(path);
  const arrays = split(values, lengths);
  const count = header.data.weights.length;
  return {
    epochs: header.data.epochs,
    weights: arrays.slice(0, count),
    best: { epoch: header.data.bestEpoch, weights: arrays.slice(count, 2 * count) },
    moments: arrays.slice(2 * count),
  };
}

function refuseOther(stored: TrainingIdentity, wanted: TrainingIdentity): void {
  const names = new Set([...Object.keys(stored), ...Object.keys(wanted)]);
  const errors = [...names]
    .filter((name) => stored[name] !== wanted[name])
    .map((name) => {
      const message = `was ${stored[name] ?? 'not set'}, is now ${wanted[name] ?? 'not set'}`;
      return { path: name, message };
    });
  if (errors.length === 0) return;
  throw new Problem('checkpoint-other', 'The training that was stopped is another one.', {
    action: 'Give the same options and data as before, or leave out --resume to start anew.',
    ...{ errors, status: 422 },
  });
}

function bytesOf(values: Float32Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

function split(bytes: Uint8Array, lengths: readonly number[]): Float32Array[] {
  let start = 0;
  return lengths.map((length) => {
    // A copy starts at a multiple of four bytes; the part of a file need not.
    const copy = new Uint8Array(bytes.subarray(start, start + 4 * length));
    start += 4 * length;
    return new Float32Array(copy.buffer);
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function invalid(path: string): Problem {
  return new Problem('checkpoint-invalid', `${path} is no checkpoint of a training, or cut off.`, {
    action: 'Leave out --resume to start anew.',
    status: 422,
  });
}
