import { parentPort, workerData } from 'node:worker_threads';
import { messageOf, Problem } from '@maskwatch/platform/problem';
import { type H5Contents, readH5Contents } from './h5-contents.ts';

/** What the thread answers: the contents, or the sentence of what is wrong. */
export type H5Reply = { contents: H5Contents } | { fault: string; known: boolean };

/** A thread of one file: HDF5's own code may hang or end on bytes that were made to. */
async function answer(): Promise<H5Reply> {
  try {
    return { contents: await readH5Contents(workerData as Uint8Array) };
  } catch (error) {
    return { fault: messageOf(error), known: error instanceof Problem };
  }
}

const reply = await answer();
const moved =
  'contents' in reply ? [...reply.contents.datasets.values()].map(({ data }) => data.buffer) : [];
parentPort?.postMessage(reply, [...new Set(moved)] as ArrayBuffer[]);
