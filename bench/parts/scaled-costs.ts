/**
 * What each service that runs apart costs a camera: the services of docker-compose.yml, as written,
 * with two cameras and with six; the slope between them is the cost of one more, the rest is there
 * without any camera.
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
/** A third of the usual, so that the many do not fill this machine. */
const rate = 2;

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
    const [less, more] = [await measure(camera.url, few), await measure(camera.url, many)];
    const frames = more.judged - less.judged;
    note(
      `${few} and ${many} cameras, ${rate} frames a second, four faces: ${less.judged.toFixed(1)} and ${more.judged.toFixed(1)} judged a second`,
    );
    note(
      'service        CPU ms a judged frame   CPU ms a second without cameras   MB, of the many',
    );
    for (const [service, cpu] of more.cpuMs) {
      const before = less.cpuMs.get(service) ?? 0;
      const each = (cpu - before) / frames;
      const idle = before - each * less.judged;
      const memory = (more.memory.get(service) ?? 0) / 1e6;
      note(
        `${service.padEnd(14)} ${each.toFixed(1).padStart(21)} ${idle.toFixed(0).padStart(33)} ${memory.toFixed(0).padStart(17)}`,
      );
    }
    const bytes = (more.redisBytes - less.redisBytes) / frames / 1e6;
    note(`frames Redis: ${bytes.toFixed(2)} MB a judged frame, in and out together`);
  } finally {
    await camera.stop();
  }
}

async function measure(source: string, cameras: number): Promise<Costs> {
  const cluster = await startCluster({
    config: ({ hostAddress }) => configOf(source.replace('127.0.0.1', hostAddress), cameras),
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
  const redis = new Redis({ host: cluster.container('redis-frames').address });
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

function configOf(source: string, cameras: number): string {
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
