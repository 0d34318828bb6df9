import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Fuzzer } from './fuzz/attempt.ts';
import { type Kind, kinds } from './fuzz/seeds.ts';

// A short part of `node test/onnx/fuzz-run.ts`, always the same files.
const counts: Record<Kind, number> = {
  cfg: 150,
  weights: 50,
  onnx: 200,
  'tfjs json': 120,
  'tfjs weights': 30,
  h5: 4,
  keras: 4,
};

for (const kind of kinds) {
  test(`damaged ${kind} files are graphs or problems, never anything else`, async (t) => {
    const fuzzer = new Fuzzer();
    for (const { outcome } of await fuzzer.unchanged(kind)) assert.equal(outcome, 'graph');

    const tally: Record<string, number> = {};
    for (let n = 0; n < counts[kind]; n += 1) {
      const { outcome, cpuMs } = await fuzzer.mutated(kind, n, 20_261_128);
      assert.match(outcome, /^(graph|problem [a-z0-9-]+)$/, `file ${n}`);
      assert.ok(cpuMs < 2000, `file ${n} takes ${cpuMs} ms`);
      tally[outcome] = (tally[outcome] ?? 0) + 1;
    }
    t.diagnostic(JSON.stringify(tally));
  });
}
