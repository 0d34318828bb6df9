// One process of the fuzz run: it tries the files that it is told and answers after each, so that its
// parent sees which one hangs or fills the memory.
import { type Attempt, Fuzzer } from './attempt.ts';
import type { Kind } from './seeds.ts';

export interface BatchRequest {
  kind: Kind;
  from: number;
  to: number;
  seed: number;
}

export interface BatchAnswer extends Attempt {
  n: number;
  residentBytes: number;
}

const fuzzer = new Fuzzer();

process.on('message', async ({ kind, from, to, seed }: BatchRequest) => {
  for (let n = from; n < to; n += 1) {
    const attempt = await fuzzer.mutated(kind, n, seed);
    process.send?.({
      ...attempt,
      n,
      residentBytes: process.memoryUsage.rss(),
    } satisfies BatchAnswer);
  }
});
