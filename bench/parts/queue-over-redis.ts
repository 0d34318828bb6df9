/**
 * The frames queue over Redis: beside the same thread fed in memory, two workers beside one, 64
 * cameras on two workers, and beside BullMQ. Short slices of A B A B; medians of the rounds count.
 */
import { startQueue } from '@maskwatch/inference/in-process-queue';
import { takenMs } from '@maskwatch/inference/redis-words';
import type { BenchFilms } from '../films.ts';
import { loadShipped } from '../measure/bare-sessions.ts';
import { median, percentile, sum } from '../measure/numbers.ts';
import { note, printBudget, printRatio, round } from '../report.ts';
import type { LoadOptions } from '../scaled/camera-load.ts';
import { type DetectorInput, detectorInputs } from '../scaled/film-pictures.ts';
import { coresText, type MeasuredLoad, measuredLoad } from '../scaled/measured-load.ts';
import { type System, startSystem } from '../scaled/system.ts';

const targets = { overMemory: 0.92, twoOverOne: 1.7, mostOverLeast: 1.2, ageOverFormula: 1 };
const manyCameras = 64;
const rate = 5;

type Pictures = readonly DetectorInput[];
type Fed = Pick<System, 'queue' | 'cpu'>;

export async function queueOverRedis({ four }: BenchFilms): Promise<void> {
  const pictures = await detectorInputs(four.film, { count: 20 });
  await withSystems([['inference', 1]], async ([one]) => {
    await overMemory(one!, pictures);
    await withSystems([['inference', 2]], async ([two]) => {
      await twoOverOne({ one: one!, two: two! }, pictures);
    });
  });
  await withSystems(
    [
      ['inference', 2],
      ['bullmq', 2],
    ],
    ([ours, bull]) => manyOnTwo({ ours: ours!, bull: bull! }, pictures),
  );
  await withSystems(
    [
      ['echo', 2],
      ['bullmq-echo', 2],
    ],
    ([ours, bull]) => withoutModels({ ours: ours!, bull: bull! }, pictures),
  );
}

async function withSystems(
  kinds: Parameters<typeof startSystem>[],
  measure: (systems: System[]) => Promise<void>,
): Promise<void> {
  const systems: System[] = [];
  try {
    for (const kind of kinds) systems.push(await startSystem(...kind));
    await measure(systems);
  } finally {
    for (const system of systems) await system.close();
  }
}

async function overMemory(redis: System, pictures: Pictures) {
  const queue = await startQueue({
    script: new URL(import.meta.resolve('@maskwatch/inference/worker')),
    setups: [{ ...(await loadShipped()), golden: false }],
  });
  const memory = { queue, cpu: () => ({ redis: 0, workers: [] }) };
  const load = { pictures, cameras: 4, warmMs: 800, windowMs: 4000 };
  try {
    const ratios = await alternate({ redis, memory }, { load, rounds: 6 });
    printRatio({
      ...{ name: 'redis-over-memory', value: ratios.median, target: targets.overMemory },
      better: 'more',
    });
  } finally {
    await queue.close();
  }
}

async function twoOverOne({ one, two }: { one: System; two: System }, pictures: Pictures) {
  const load = { pictures, cameras: 8, warmMs: 800, windowMs: 4000 };
  const ratios = await alternate({ two, one }, { load, rounds: 6 });
  printRatio({
    ...{ name: 'two-workers-over-one', value: ratios.median, target: targets.twoOverOne },
    better: 'more',
  });
}

async function manyOnTwo(systems: { ours: System; bull: System }, pictures: Pictures) {
  const load = { pictures, cameras: manyCameras, rate, warmMs: 4000, windowMs: 10_000 };
  const { first, second } = await alternate(systems, { load, rounds: 3 });
  const fairness = mostOverLeast(first);
  note(`by camera: ours ${spread(first)}, BullMQ ${spread(second)}`);
  printRatio({
    ...{ name: 'redis-most-over-least', value: fairness, target: targets.mostOverLeast },
    better: 'less',
  });
  const shares = first.map((run) => percentile(run.waits, 0.99) / longestWaitMs(run));
  printRatio({
    ...{ name: 'redis-age-over-formula', value: median(shares), target: targets.ageOverFormula },
    better: 'less',
  });
  for (const [name, runs] of Object.entries({ redis: first, bullmq: second })) {
    const ages = runs.map(({ ages }) => percentile(ages, 0.99));
    const bounds = runs.map((run) => longestWaitMs(run) + 1000 / rate);
    printBudget(`${name}-age-p99-ms`, median(ages), median(bounds));
  }
}

/** Each other camera's turn and one run; or taken at the last moment, a run that goes before, and one. */
function longestWaitMs({ picturesPerSecond, cores }: MeasuredLoad): number {
  const runMs = (1000 * cores.workers.length) / picturesPerSecond;
  return Math.min((1000 * manyCameras) / picturesPerSecond + runMs, takenMs + 2 * runMs);
}

const totals = (runs: MeasuredLoad[]) =>
  runs[0]!.answered.map((_, camera) => sum(runs.map(({ answered }) => answered[camera]!)));

function mostOverLeast(runs: MeasuredLoad[]): number {
  const counts = totals(runs);
  return Math.max(...counts) / Math.min(...counts);
}

function spread(runs: MeasuredLoad[]): string {
  const counts = totals(runs);
  const [lost, replaced] = [sum(runs.map(({ lost }) => lost)), sum(runs.map((r) => r.replaced))];
  return `${Math.min(...counts)} to ${Math.max(...counts)} answered (${lost} lost, ${replaced} replaced)`;
}

/** What the queues themselves cost: workers answer at once, as fast as one likes. */
async function withoutModels(systems: { ours: System; bull: System }, pictures: Pictures) {
  const load = { pictures, cameras: manyCameras, warmMs: 500, windowMs: 3000 };
  const ratios = await alternate(systems, { load, rounds: 4 });
  const dearer = ratios.first.map((run, n) => cpuMsOf(ratios.second[n]!) / cpuMsOf(run));
  printRatio({
    ...{ name: 'bullmq-cpu-over-redis', value: median(dearer), target: 1, better: 'more' },
  });
  printRatio({
    ...{ name: 'redis-over-bullmq-empty', value: ratios.median, target: 1 },
    better: 'more',
  });
}

/** Slices of two in turn; ratios of pictures a second, first over second. */
async function alternate<Name extends string>(
  systems: Record<Name, Fed>,
  { load, rounds }: { load: LoadOptions; rounds: number },
): Promise<{ median: number; first: MeasuredLoad[]; second: MeasuredLoad[] }> {
  const [[firstName, one], [secondName, other]] = Object.entries<Fed>(systems) as [
    [string, Fed],
    [string, Fed],
  ];
  const [first, second]: [MeasuredLoad[], MeasuredLoad[]] = [[], []];
  for (let n = 0; n < rounds; n += 1) {
    first.push(await measuredLoad(one, load));
    second.push(await measuredLoad(other, load));
  }
  say(firstName, first);
  say(secondName, second);
  const ratios = first.map((run, n) => run.picturesPerSecond / second[n]!.picturesPerSecond);
  return { median: median(ratios), first, second };
}

/** Of one picture, in all processes of the bench. */
function cpuMsOf({ cores: { redis, feeder, workers }, picturesPerSecond }: MeasuredLoad): number {
  return (1000 * (redis + feeder + sum(workers))) / picturesPerSecond;
}

/** Medians of a name's slices. */
function say(name: string, runs: MeasuredLoad[]): void {
  const of = (read: (run: MeasuredLoad) => number) => median(runs.map(read));
  const workers = runs[0]!.cores.workers.map((_, n) => of(({ cores }) => cores.workers[n]!));
  const cores = {
    workers,
    redis: of(({ cores }) => cores.redis),
    feeder: of(({ cores }) => cores.feeder),
    others: of(({ cores }) => cores.others),
  };
  const redisMs = of((run) => (1000 * run.cores.redis) / run.picturesPerSecond);
  const rate = round(of((run) => run.picturesPerSecond));
  const p99 = round(of((run) => percentile(run.waits, 0.99)));
  note(
    `${name}: ${rate} pictures a second, answered within ${p99} ms (p99); ` +
      `CPU a picture ${round(of(cpuMsOf))} ms, of it Redis ${round(redisMs)}; ${coresText(cores)}`,
  );
}
