// Mutates small valid files of every kind that an import reads and counts what comes of it: a graph
// or a Problem, and nothing else.
//
//   node test/onnx/fuzz-run.ts [--files N] [--seed N]
//
// The status is 1 where a file crashes a reader, takes more than 2 s of processor time, or its process
// more than 1 GB of memory.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { BatchAnswer, BatchRequest } from './fuzz/batch.ts';
import { type Kind, kinds } from './fuzz/seeds.ts';

const mostCpuMs = 2000;
const mostBytes = 1e9;
/** Without an answer for so long a file hangs; other work on the machine may slow it down. */
const patienceMs = 30_000;

/** HDF5 is read on a thread of its own a file: a hundred times the time of the others. */
const shares: Record<Kind, number> = {
  cfg: 0.25,
  weights: 0.1,
  onnx: 0.33,
  'tfjs json': 0.22,
  'tfjs weights': 0.08,
  h5: 0.01,
  keras: 0.01,
};

interface Tally {
  outcomes: Map<string, number>;
  slowestMs: number;
  mostBytes: number;
  faults: string[];
}

const { values } = parseArgs({
  options: { files: { type: 'string', default: '20000' }, seed: { type: 'string', default: '1' } },
});
const seed = Number(values.seed);
const started = performance.now();
let files = 0;
let faults = 0;
for (const kind of kinds) {
  const count = Math.ceil(shares[kind] * Number(values.files));
  const tally = await fuzz(kind, count);
  files += count;
  faults += tally.faults.length;
  print(kind, count, tally);
}
const seconds = Math.round((performance.now() - started) / 1000);
console.log(`${files} files in ${seconds} s, seed ${seed}: ${faults} faults`);
process.exitCode = faults === 0 ? 0 : 1;

async function fuzz(kind: Kind, count: number): Promise<Tally> {
  const tally: Tally = { outcomes: new Map(), slowestMs: 0, mostBytes: 0, faults: [] };
  // A process that ends or hangs is followed by another, behind the file that did it.
  for (let from = 0; from < count; ) from = await batch({ kind, from, to: count, seed }, tally);
  return tally;
}

/** Runs files until the end or until one takes the process along; the number of the next file. */
function batch(request: BatchRequest, tally: Tally): Promise<number> {
  const script = fileURLToPath(new URL('./fuzz/batch.ts', import.meta.url));
  const child = fork(script, { execArgv: [], stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
  let next = request.from;
  const lost = (why: string) => {
    add(tally, { n: next, outcome: why, cpuMs: 0, residentBytes: 0 });
    next += 1;
  };
  return new Promise((resolve) => {
    let timer = setTimeout(() => undefined, 0);
    const wait = () => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        lost('hang');
        child.kill('SIGKILL');
      }, patienceMs);
    };
    wait();
    child.on('message', (answer: BatchAnswer) => {
      add(tally, answer);
      next = answer.n + 1;
      if (next < request.to) wait();
      else child.disconnect();
    });
    // Answers may still be on their way when the process has ended: the channel closes after them.
    const ended = once(child, 'exit') as Promise<[number | null, string | null]>;
    Promise.all([ended, once(child, 'disconnect')]).then(([[code, signal]]) => {
      clearTimeout(timer);
      if (signal !== 'SIGKILL' && next < request.to) lost(`end of the process (${signal ?? code})`);
      resolve(next);
    });
    child.send(request);
  });
}

function add(tally: Tally, { n, outcome, cpuMs, residentBytes }: BatchAnswer): void {
  const key = outcome.startsWith('crash') ? 'crash' : outcome;
  tally.outcomes.set(key, (tally.outcomes.get(key) ?? 0) + 1);
  tally.slowestMs = Math.max(tally.slowestMs, cpuMs);
  tally.mostBytes = Math.max(tally.mostBytes, residentBytes);
  const good = outcome === 'graph' || outcome.startsWith('problem ');
  if (!good) tally.faults.push(`file ${n}: ${outcome}`);
  else if (cpuMs > mostCpuMs) tally.faults.push(`file ${n}: ${Math.round(cpuMs)} ms`);
  else if (residentBytes > mostBytes) tally.faults.push(`file ${n}: ${residentBytes} bytes`);
}

function print(kind: Kind, count: number, tally: Tally): void {
  const outcomes = [...tally.outcomes].sort(([, a], [, b]) => b - a);
  const counts = outcomes.map(([outcome, times]) => `${times} ${outcome}`).join(', ');
  const megabytes = Math.round(tally.mostBytes / 1e6);
  console.log(
    `${kind}: ${count} files: ${counts}; slowest ${Math.round(tally.slowestMs)} ms, most ${megabytes} MB`,
  );
  for (const fault of tally.faults.slice(0, 10)) console.log(`  ${fault}`);
}
