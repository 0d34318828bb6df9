import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import util from 'node:util';
import { messageOf, Problem } from '@maskwatch/platform/problem';
import * as tf from '@tensorflow/tfjs-core';

/** What TensorFlow.js computes with, fastest first. */
export const backends = ['tfjs-node-gpu', 'tfjs-node', 'wasm', 'cpu'] as const;
export type BackendName = (typeof backends)[number];

export interface Backend {
  name: BackendName;
  /** Why a faster one that is installed was passed over, a sentence each. */
  notes: string[];
}

/**
 * Takes the first backend that is installed and on which `trial` runs, a training step or a forward
 * run: a backend may lack a kernel, which shows only then. Packages that are not installed are
 * passed over without a word. Where none is left: the last Problem that the trial threw, since that
 * is no fault of a backend; else Problem tfjs-backend with what each said.
 */
export async function openBackend(
  trial: (name: BackendName) => Promise<void>,
  candidates: readonly BackendName[] = backends,
): Promise<Backend> {
  const failed = new Map<BackendName, string>();
  let cause: unknown;
  for (const name of candidates) {
    try {
      if (!(await load(name))) continue;
      await trial(name);
      return { name, notes: sentences(failed) };
    } catch (thrown) {
      failed.set(name, firstLine(thrown));
      cause = thrown;
    }
  }
  if (cause instanceof Problem) throw cause;
  const none = `TensorFlow.js cannot compute: none of ${candidates.join(', ')} is installed`;
  throw new Problem('tfjs-backend', sentences(failed).join('; ') || none, {
    action: 'Install @tensorflow/tfjs-node 4.22.0 beside maskwatch: it knows most operators.',
    cause,
    status: 422,
  });
}

/** Whether one of the native packages loads: with them whole networks are trained. */
export async function nativeBackend(): Promise<BackendName | undefined> {
  for (const name of ['tfjs-node-gpu', 'tfjs-node'] as const) {
    if (await load(name).catch(() => false)) return name;
  }
  return undefined;
}

/** What `compute`, which must not wait for anything, says on a backend that is open. */
export async function computeOn<T>(name: BackendName, compute: () => T): Promise<T> {
  // Who shares the thread may choose another between the choice and what follows it.
  while (tf.getBackend() !== registeredName(name)) await tf.setBackend(registeredName(name));
  return compute();
}

/** Both native packages register the same name: whichever loads first in a process is meant. */
const registeredName = (name: BackendName) =>
  name === 'wasm' || name === 'cpu' ? name : 'tensorflow';

/** Selects a backend; false where its package is not installed. */
async function load(name: BackendName): Promise<boolean> {
  // Keeps the library's advertisement off stderr.
  tf.enableProdMode();
  if (!(await imported(name))) return false;
  if (await tf.setBackend(registeredName(name))) return true;
  throw new Error(`${registeredName(name)} does not start`);
}

async function imported(name: BackendName): Promise<boolean> {
  try {
    if (name === 'wasm') await loadWasm();
    else if (name === 'cpu') await import('@tensorflow/tfjs-backend-cpu');
    else await loadNative(name);
    return true;
  } catch (thrown) {
    if (isAbsent(thrown)) return false;
    throw thrown;
  }
}

/** Of a package that is not installed; what is broken within one has no code or another. */
export function isAbsent(thrown: unknown): boolean {
  return (thrown as NodeJS.ErrnoException | undefined)?.code === 'ERR_MODULE_NOT_FOUND';
}

async function loadWasm(): Promise<void> {
  const { setWasmPaths } = await import('@tensorflow/tfjs-backend-wasm');
  const main = createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm');
  setWasmPaths(join(dirname(main), '/'));
}

async function loadNative(name: string): Promise<void> {
  // tfjs-node 4.22 calls this function of older Nodes.
  const old = util as unknown as { isNullOrUndefined?: (value: unknown) => boolean };
  old.isNullOrUndefined ??= (value) => value === null || value === undefined;
  const specifier = `@tensorflow/${name}`;
  await import(specifier);
}

/** One for all that failed for the same reason. */
function sentences(failed: ReadonlyMap<BackendName, string>): string[] {
  const reasons = [...new Set(failed.values())];
  return reasons.map((reason) => {
    const names = [...failed].flatMap(([name, why]) => (why === reason ? [name] : []));
    return `TensorFlow.js cannot compute with ${names.join(', ')}: ${reason}`;
  });
}

/** Without the invitation to report to the library's makers. */
function firstLine(thrown: unknown): string {
  const [line] = messageOf(thrown).split('\n');
  return line!.replace(/\. File an issue at .*/, '').slice(0, 200);
}
