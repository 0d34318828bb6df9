import { convertDarknet } from '@maskwatch/onnx/darknet-to-graph';
import type { Graph } from '@maskwatch/onnx/graph';
import { convertLayers } from '@maskwatch/onnx/layers/convert-layers';
import { readKerasH5 } from '@maskwatch/onnx/layers/read-keras-h5';
import { readKerasZip } from '@maskwatch/onnx/layers/read-keras-zip';
import { readTfjsModel } from '@maskwatch/onnx/layers/read-tfjs-folder';
import { foreignName, foreignNetwork, recognise } from '@maskwatch/onnx/onnx-network';
import { readOnnx } from '@maskwatch/onnx/onnx-reader';
import { writeOnnx } from '@maskwatch/onnx/onnx-writer';
import { withPictureInput } from '@maskwatch/onnx/picture-input';
import { Problem } from '@maskwatch/platform/problem';
import { randomNumbers } from '../darknet-networks.ts';
import { mutateGraph } from './mutate-graph.ts';
import { mutate } from './mutations.ts';
import { insideOfKeras, type Kind, type Seed, seedsOf } from './seeds.ts';

/** "graph", "problem CODE", or "crash: ..." for anything else that was thrown. */
export type Outcome = string;

export interface Attempt {
  outcome: Outcome;
  /** Milliseconds of this process's processor time. */
  cpuMs: number;
}

/** The seeds of a kind, or its whole files mutated: attempt `n` of `seed` is always the same file. */
export class Fuzzer {
  readonly #seeds = new Map<Kind, Seed[]>();

  /** The file as it was made must be read: else nothing would be tried. */
  async unchanged(kind: Kind): Promise<Attempt[]> {
    const attempts: Attempt[] = [];
    for (const seed of this.#of(kind)) attempts.push(await attempt(kind, seed.bytes, seed.beside));
    return attempts;
  }

  async mutated(kind: Kind, n: number, seed: number): Promise<Attempt> {
    // Neighbouring seeds of the generator begin alike; a few turns part them.
    const random = randomNumbers(Math.imul(n + 1, 0x9e3779b1) ^ seed);
    for (let turn = 0; turn < 8; turn += 1) random();
    const seeds = this.#of(kind);
    const chosen = seeds[Math.floor(random() * seeds.length)]!;
    if (kind === 'keras' && random() < 0.7) {
      const { name, part, whole } = insideOfKeras(chosen.bytes, random());
      return attempt(kind, whole(mutate(part, name.endsWith('.json'), random)));
    }
    if (kind === 'onnx' && random() < 0.5) {
      return attempt(kind, writeOnnx(mutateGraph(readOnnx(chosen.bytes), random)));
    }
    return attempt(kind, mutate(chosen.bytes, chosen.text, random), chosen.beside);
  }

  #of(kind: Kind): Seed[] {
    const seeds = this.#seeds.get(kind) ?? seedsOf(kind);
    this.#seeds.set(kind, seeds);
    return seeds;
  }
}

async function attempt(kind: Kind, bytes: Uint8Array, beside?: Uint8Array): Promise<Attempt> {
  const started = process.cpuUsage();
  const outcome = await outcomeOf(kind, bytes, beside ?? new Uint8Array());
  const { user, system } = process.cpuUsage(started);
  return { outcome, cpuMs: (user + system) / 1000 };
}

async function outcomeOf(kind: Kind, bytes: Uint8Array, beside: Uint8Array): Promise<Outcome> {
  try {
    writeOnnx(withPictureInput(await graphOf(kind, bytes, beside)));
    return 'graph';
  } catch (thrown) {
    if (thrown instanceof Problem) return `problem ${thrown.code}`;
    const { stack = String(thrown) } = thrown as Error;
    return `crash: ${stack.split('\n').slice(0, 3).join(' ').slice(0, 300)}`;
  }
}

/** As the import reads each kind, up to the graph that it would run. */
async function graphOf(kind: Kind, bytes: Uint8Array, beside: Uint8Array): Promise<Graph> {
  switch (kind) {
    case 'cfg':
      return convertDarknet(Buffer.from(bytes).toString('utf8'), beside).graph;
    case 'weights':
      return convertDarknet(Buffer.from(beside).toString('utf8'), bytes).graph;
    case 'onnx':
      return foreignGraph(bytes);
    case 'tfjs json':
      return convertLayers(await readTfjsModel(bytes, async () => beside)).graph;
    case 'tfjs weights':
      return convertLayers(await readTfjsModel(beside, async () => bytes)).graph;
    case 'h5':
      return convertLayers(await readKerasH5(bytes)).graph;
    case 'keras':
      return convertLayers(await readKerasZip(bytes)).graph;
  }
}

/** The shapes are those that the file declares: an import looks at real ones. */
function foreignGraph(bytes: Uint8Array): Graph {
  const read = readOnnx(bytes);
  const { graph, width = 32, height = 32 } = foreignNetwork(read);
  const shapes = read.outputs.map(({ name, shape }) => {
    return [foreignName(name), shape.map((side) => (typeof side === 'number' ? side : 1))] as const;
  });
  return recognise(graph, new Map(shapes), { width, height }).graph;
}
