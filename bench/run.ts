/** Measures what the project promises about its speed, each ratio against a rival in the same run. */
// First, and inherited by rivals that load ONNX Runtime by themselves.
import '@maskwatch/runtime/no-telemetry';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BenchFilms, buildBenchFilms } from './films.ts';
import { cpuOverFloor } from './parts/cpu-over-floor.ts';
import { latency } from './parts/latency.ts';
import { overNotebook } from './parts/over-notebook.ts';
import { overload } from './parts/overload.ts';
import { payload } from './parts/payload.ts';
import { queueOverRedis } from './parts/queue-over-redis.ts';
import { queueOverSession } from './parts/queue-over-session.ts';
import { rowsOfAYear } from './parts/rows-of-a-year.ts';
import { scaledCosts } from './parts/scaled-costs.ts';
import { trainingOverNotebook } from './parts/training-over-notebook.ts';

interface Part {
  about: string;
  measure(films: BenchFilms): Promise<void>;
  /** Takes long, or settles something once: only when it is named. */
  named?: true;
}

const parts: Record<string, Part> = {
  a: { about: 'CPU per judged frame over the floor', measure: cpuOverFloor },
  b: { about: "frames a second over the notebook's way", measure: overNotebook },
  c: { about: 'the inference thread over a bare session', measure: queueOverSession },
  d: { about: 'delay of pictures and webhooks at half load', measure: latency },
  e: { about: 'eight cameras, inference for a third of them', measure: overload },
  f: { about: 'training and pictures, beside Keras', measure: trainingOverNotebook, named: true },
  g: {
    about: 'the queue over Redis: in memory, two workers, 64 cameras, BullMQ',
    measure: queueOverRedis,
  },
  h: { about: 'a picture through Redis, raw and as JPEG', measure: payload, named: true },
  i: {
    about: "the alerts page on a year's rows of 200 cameras",
    measure: rowsOfAYear,
    named: true,
  },
  j: { about: 'costs of services that run apart', measure: scaledCosts, named: true },
};

const usual = Object.keys(parts).filter((name) => parts[name]!.named === undefined);

/** Who waits for it was promised 30 minutes; whatever still runs then ends with this process. */
const limitMs = 29.5 * 60_000;

async function main(names: readonly string[]): Promise<number> {
  const unknown = names.filter((name) => !(name in parts));
  if (unknown.length > 0) {
    console.error(
      `no such part: ${unknown.join(', ')}. There are: ${Object.keys(parts).join(', ')}`,
    );
    return 2;
  }
  const directory = await mkdtemp(join(tmpdir(), 'maskwatch-bench-films-'));
  let measured = true;
  try {
    const films = await buildBenchFilms(directory);
    for (const name of names.length > 0 ? names : usual) {
      measured = (await runPart(name, films)) && measured;
    }
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
  return measured ? 0 : 1;
}

/** False when it could not be measured; the other parts go on. */
async function runPart(name: string, films: BenchFilms): Promise<boolean> {
  const { about, measure } = parts[name]!;
  const startedAt = performance.now();
  console.log(`\n${name}: ${about}`);
  try {
    await measure(films);
    return true;
  } catch (fault) {
    console.error(`${name} could not be measured:`, fault);
    return false;
  } finally {
    console.log(`  ${((performance.now() - startedAt) / 1000).toFixed(0)} s`);
  }
}

const limit = setTimeout(() => {
  console.error(
    'The bench ran into its limit of 30 minutes: what is not printed was not measured.',
  );
  process.exit(1);
}, limitMs);
process.exitCode = await main(process.argv.slice(2));
clearTimeout(limit);
