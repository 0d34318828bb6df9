/**
 * What each service that runs apart costs: the services of docker-compose.yml, as written, with two
 * cameras, with six, and with two that are judged more often. The differences are the cost of a
 * camera and of a judged frame; the rest is there without either.
 */
import { Redis } from 'ioredis';
import { startRtspCamera } from '../../test/cameras/rtsp-camera.ts';
import { type Cluster, startCluster } from '../../test/scaled/cluster.ts';
import type { BenchFilms } from '../films.ts';
import { cpuSeconds, ownMemory, processTree } from '../measure/processes.ts';
import { note } from '../report.ts';

const settleMs = 20_000;
const windowMs = 40_000;
const [few, many] = [2, 6];
/** Frames a second of a camera; the lower one for the many, so that they do not fill this machine. */
const [seldom, often] = [2, 6];

interface Load {
  cameras: number;
  rate: number;
}

interface Costs {
  /** CPU milliseconds a second, by service. */
  cpuMs: Map<string, number>;
  memory: Map<string, number>;
  /** Through the frames Redis, in and out. */
  redisBytes: number;
  /** Judged frames a second, of all cameras. */
  judged: number;
}

export async function scaledCosts(films: BenchFilms): Promise<void> {
  const camera = await startRtspCamera({
    ...{ film: films.four.film, host: '0.0.0.0', running: true },
  });
  try {
    const { url } = camera;
    const base = await measure(url, { cameras: few, rate: seldom });
    const frames = await measure(url, { cameras: few, rate: often });
    const cameras = await measure(url, { cameras: many, rate: seldom });
    const judged = [base, frames, cameras].map((one) => one.judged.toFixed(1)).join(', ');
    note(`four faces; judged frames a second: ${judged}`);
    note(
      'service       CPU ms a judged frame  CPU ms/s a camera  CPU ms/s besides  MB of six cameras',
    );
    const slopes = (of: (costs: Costs) => number) => {
      const frame = (of(frames) - of(base)) / (frames.judged - base.judged);
      const more = of(cameras) - of(base) - frame * (cameras.judged - base.judged);
      const each = more / (many - few);
      return { frame, each, besides: of(base) - frame * base.judged - each * few };
    };
    for (const service of base.cpuMs.keys()) {
      const { frame, each, besides } = slopes(({ cpuMs }) => cpuMs.get(service) ?? 0);
      const memory = (cameras.memory.get(service) ?? 0) / 1e6;
      const cells = [frame.toFixed(1), each.toFixed(1), besides.toFixed(0), memory.toFixed(0)];
      note(
        [service.padEnd(14), ...cells.map((cell, n) => cell.padStart([20, 18, 17, 18][n]!))].join(
          ' ',
        ),
      );
    }
    const bytes = slopes(({ redisBytes }) => redisBytes / 1e6);
    note(`frames Redis: ${bytes.frame.toFixed(2)} MB a judged frame, in and out together`);
  } finally {
    await camera.stop();
  }
}

async function measure(source: string, load: Load): Promise<Costs> {
  const cluster = await startCluster({
    config: ({ hostAddress }) => configOf(source.replace('127.0.0.1', hostAddress), load),
  });
  try {
    await wait(settleMs);
    const before = await read(cluster);
    await wait(windowMs);
    const after = await read(cluster);
    const seconds = (after.at - before.at) / 1000;
    const rateOf = (a: number, b: number) => (b - a) / seconds;
    return {
      cpuMs: new Map(
        [...after.cpu].map(([name, cpu]) => [name, rateOf(before.cpu.get(name)!, cpu) * 1000]),
      ),
      memory: after.memory,
      redisBytes: rateOf(before.bytes, after.bytes),
      judged: rateOf(before.judged, after.judged),
    };
  } finally {
    await cluster.stop();
  }
}

async function read(cluster: Cluster) {
  const cpu = new Map<string, number>();
  const memory = new Map<string, number>();
  for (const { pid, service } of cluster.containers.values()) {
    const { name } = service;
    cpu.set(name, (cpu.get(name) ?? 0) + cpuSeconds(pid));
    const own = processTree(pid).reduce((total, one) => total + ownMemory(one), 0);
    memory.set(name, (memory.get(name) ?? 0) + own);
  }
  const redis = new Redis(cluster.redisUrl('redis-frames'));
  const info = await redis.info('stats').finally(() => redis.disconnect());
  const of = (key: string) => Number(new RegExp(`${key}:(\\d+)`).exec(info)?.[1]);
  const bytes = of('total_net_input_bytes') + of('total_net_output_bytes');
  const answer = await fetch(`${cluster.url}/api/v1/cameras`, {
    headers: { authorization: `Bearer ${cluster.token}` },
  });
  const { cameras } = (await answer.json()) as { cameras: { counters: { judged: number } }[] };
  const judged = cameras.reduce((total, { counters }) => total + counters.judged, 0);
  return { at: performance.now(), cpu, memory, bytes, judged };
}

function configOf(source: string, { cameras, rate }: Load): string {
  const each = Array.from(
    { length: cameras },
    (_, n) => `  - { id: camera-${n + 1}, source: "${source}", rate: ${rate} }`,
  );
  return `
cameras:
${each.join('\n')}
rules: [{ id: no_mask, states: [no_mask] }]
access: { token: "\${MASKWATCH_TOKEN}" }
`;
}

const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
