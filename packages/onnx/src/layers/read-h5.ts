import { Worker } from 'node:worker_threads';
import type { H5Contents } from './h5-contents.ts';
import type { H5Reply } from './h5-worker.ts';
import { layerProblem, short } from './layer-problem.ts';

const MOST_BYTES = 1_000_000_000;
const TIME_LIMIT_MS = 60_000;
/** The first bytes of every HDF5 file without a user block. */
const SIGNATURE = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a];

/** Reads an HDF5 file on a thread of its own, which is ended when it takes over 60 seconds. */
export async function readH5(
  bytes: Uint8Array,
  { timeLimitMs = TIME_LIMIT_MS }: { timeLimitMs?: number } = {},
): Promise<H5Contents> {
  if (!SIGNATURE.every((byte, i) => bytes[i] === byte)) {
    throw layerProblem('the file', 'is no HDF5 file');
  }
  if (bytes.length > MOST_BYTES) throw layerProblem('the file', 'is larger than 1 GB');
  const reply = await replyOf(bytes, timeLimitMs);
  if ('contents' in reply) return reply.contents;
  if (reply.known) throw layerProblem('the HDF5 file', reply.fault.replace(/\.$/, ''));
  throw damaged(reply.fault);
}

async function replyOf(bytes: Uint8Array, timeLimitMs: number): Promise<H5Reply> {
  const thread = new Worker(new URL('./h5-worker.ts', import.meta.url), {
    workerData: bytes,
    name: 'h5',
    execArgv: [],
    // Numbers lie outside of this heap; in it are only names and JSON.
    resourceLimits: { maxOldGenerationSizeMb: 512 },
    // HDF5 prints its own faults, many lines each; the sentence is told by the Problem.
    stdout: true,
    stderr: true,
  });
  thread.stdout.resume();
  thread.stderr.resume();
  const reply = Promise.withResolvers<H5Reply>();
  thread.on('message', reply.resolve);
  thread.on('error', (error) => reply.reject(damaged(error.message)));
  thread.on('exit', (code) => reply.reject(damaged(`the reader ended with ${code}`)));
  const seconds = timeLimitMs / 1000;
  const limit = setTimeout(
    () => reply.reject(damaged(`it was not read within ${seconds} s`)),
    timeLimitMs,
  );
  try {
    return await reply.promise;
  } finally {
    clearTimeout(limit);
    await thread.terminate();
  }
}

function damaged(what: string): Error {
  return layerProblem('the HDF5 file', `is damaged (${short(what)})`);
}
