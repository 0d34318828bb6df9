import { type UnzipFileInfo, unzipSync } from 'fflate';
import { countedKeys } from './h5-weights.ts';
import { layerProblem, short } from './layer-problem.ts';
import { parseLayersJson } from './layers-json.ts';
import type { LayersNetwork } from './layers-network.ts';
import { readTopology } from './layers-topology.ts';
import { readH5 } from './read-h5.ts';

const CONFIG = 'config.json';
const WEIGHTS = 'model.weights.h5';
const MOST_BYTES = 1_000_000_000;
const MOST_JSON = 16 * 2 ** 20;
/** Keras stores weights unpacked, and weights hardly pack: more is a trap. */
const MOST_RATIO = 10;

/** Reads a model as Keras 3 saves it: a .keras file, a zip with config.json and model.weights.h5. */
export async function readKerasZip(bytes: Uint8Array): Promise<LayersNetwork> {
  const files = unpacked(bytes);
  const topology = parseLayersJson(part(files, CONFIG), CONFIG);
  const model = readTopology(topology);
  const { datasets } = await readH5(part(files, WEIGHTS));
  return { topology, weights: countedKeys(model, datasets) };
}

function unpacked(bytes: Uint8Array): Record<string, Uint8Array> {
  if (bytes.length > MOST_BYTES) throw layerProblem('the .keras file', 'is larger than 1 GB');
  const seen = new Set<string>();
  try {
    return unzipSync(bytes, { filter: (file) => isWanted(file, { bytes: bytes.length, seen }) });
  } catch (cause) {
    if (cause instanceof Error && cause.name === 'Problem') throw cause;
    throw layerProblem(
      'the .keras file',
      `is no zip file (${short((cause as Error).message)})`,
      cause,
    );
  }
}

/** Says which parts are unpacked, after a look at how large they would be. */
function isWanted(
  { name, originalSize, size }: UnzipFileInfo,
  { bytes, seen }: { bytes: number; seen: Set<string> },
): boolean {
  if (name !== CONFIG && name !== WEIGHTS) return false;
  if (seen.has(name)) throw layerProblem('the .keras file', `has two parts called ${name}`);
  seen.add(name);
  const most = name === CONFIG ? MOST_JSON : Math.min(MOST_BYTES, bytes * MOST_RATIO);
  if (originalSize > most || size > bytes) {
    throw layerProblem('the .keras file', `its ${name} says that it has ${originalSize} bytes`);
  }
  return true;
}

function part(files: Record<string, Uint8Array>, name: string): Uint8Array {
  const found = Object.hasOwn(files, name) ? files[name] : undefined;
  if (found === undefined) throw layerProblem('the .keras file', `has no ${name}`);
  return found;
}
