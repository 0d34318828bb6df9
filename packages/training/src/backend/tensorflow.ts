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
 * Takes the first backend that is installed and on which `trial`, one training step, runs: a
 * backend may lack a kernel of a gradient, which shows only then. Packages that are not installed
 * are passed over without a word. Problem training-backend where none is left.
 */
export async function openBackend(
  trial: () => Promise<void>,
  candidates: readonly BackendName[] = backends,
): Promise<Backend> {
  const notes: string[] = [];
  for (const name of candidates) {
    try {
      if (!(await load(name))) continue;
      await trial();
      return { name, notes };
    } catch (thrown) {
      notes.push(`TensorFlow.js cannot train with ${name}: ${firstLine(thrown)}`);
    }
  }
  throw new Problem(
    'training-backend',
    `TensorFlow.js cannot train here with any of ${candidates.join(', ')}.`,
    {
      action: notes.join(' ') || 'Install @tensorflow/tfjs-node 4.22.0 beside maskwatch.',
      status: 422,
    },
  );
}

/** Whether one of the native packages loads: with them whole networks are trained. */
export async function nativeBackend(): Promise<BackendName | undefined> {
  for (const name of ['tfjs-node-gpu', 'tfjs-node'] as const) {
    if (await load(name).catch(() => false)) return name;
  }
  return undefined;
}

/** Selects a backend; false where its package is not installed. */
async function load(name: BackendName): Promise<boolean> {
  // Keeps the library's advertisement off stderr.
  tf.enableProdMode();
  if (name === 'wasm') await loadWasm();
  else if (name === 'cpu') await import('@tensorflow/tfjs-backend-cpu');
  else if (!(await loadNative(name))) return false;
  const registered = name.startsWith('tfjs-node') ? 'tensorflow' : name;
  if (!(await tf.setBackend(registered))) throw new Error(`${registered} does not start`);
  return true;
}

async function loadWasm(): Promise<void> {
  const { setWasmPaths } = await import('@tensorflow/tfjs-backend-wasm');
  const main = createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm');
  setWasmPaths(join(dirname(main), '/'));
}

async function loadNative(name: string): Promise<boolean> {
  // tfjs-node 4.22 calls this function of older Nodes.
  const old = util as unknown as { isNullOrUndefined?: (value: unknown) => boolean };
  old.isNullOrUndefined ??= (value) => value === null || value === undefined;
  const specifier = `@tensorflow/${name}`;
  try {
    await import(specifier);
    return true;
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'ERR_MODULE_NOT_FOUND') return false;
    throw thrown;
  }
}

function firstLine(thrown: unknown): string {
  return messageOf(thrown).split('\n')[0]!.slice(0, 200);
}
