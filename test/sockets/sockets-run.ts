/**
 * Two hubs, many viewers: what they are told, how late, at what cost; then beside viewers that read
 * nothing or hardly anything.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { AlertPage, Status } from '@maskwatch/contracts/http';
import { until } from '@maskwatch/platform/testing/until';
import { busySeconds, cpuSeconds, ownMemory, processTree } from '../../bench/measure/processes.ts';
import { type HubCommand, type TwoHubs, twoHubs } from './two-hubs.ts';
import { SlowViewers, Viewers } from './viewers.ts';
import type { ViewersFigures } from './viewers-messages.ts';

/** Until those who came or went are not felt any more. */
const settleMs = 3000;

export interface SocketsOptions {
  viewers: number;
  slow: number;
  cameras: number;
  /** Times alone and then beside the slow ones, so that what else the machine does falls on both. */
  rounds: number;
  phaseS: number;
  /** Of a last phase beside slow ones that watch every camera, longer than they are borne with. */
  longS: number;
  print(line: string): void;
}

export interface Phase {
  name: string;
  slow: boolean;
  messagesPerSecond: number;
  picturesPerSecond: number;
  /** Changes of alerts told, over all viewers. */
  alerts: number;
  /** Milliseconds: median and 99th percentile. */
  pictureMs: [number, number];
  alertMs: [number, number];
  /** Most own memory of each hub, bytes; share of a core. */
  hubs: { memory: number; cpu: number; viewers: number }[];
  viewersCpu: number;
  redisCpu: number;
  ownerCpu: number;
  /** Of all that is not of this run. */
  othersCpu: number;
  holes: number;
  lost: number;
}

export interface SocketsResult {
  phases: Phase[];
  /** Alerts whose last change some viewer was not told, summed over the viewers. */
  missed: number;
  /** Alerts that changed during the run. */
  alerts: number;
  pictures: { sent: number; dropped: number };
  /** What the hubs warned of, each sentence with how often. */
  warnings: Map<string, number>;
}

export async function runSockets(options: SocketsOptions): Promise<SocketsResult> {
  const { viewers: count, slow, cameras, rounds, phaseS, longS, print } = options;
  const service = await twoHubs({ cameras, mostViewers: count + slow });
  const groups = [new Viewers(), new Viewers()];
  const closers: (() => void)[] = groups.map((group) => () => group.close());
  try {
    const { hubs, cameraIds } = service;
    const of = (n: number) => ({
      url: hubs[n % hubs.length]!.url,
      cameraId: cameraIds[Math.floor(n / 2) % cameraIds.length]!,
    });
    const all = Array.from({ length: count }, (_, n) => of(n));
    const middle = Math.ceil(count / 2);
    const began = performance.now();
    await Promise.all([groups[0]!.join(all.slice(0, middle)), groups[1]!.join(all.slice(middle))]);
    print(`${count} viewers joined in ${((performance.now() - began) / 1000).toFixed(1)} s`);
    const first = await changes(hubs[0]!, 0);
    const from = first.at(-1)?.sequence ?? 0;
    const measure = measuring(service, groups);
    await sleep(settleMs);
    const phases: Phase[] = [];
    const beside = async (seconds: number, watched: (n: number) => string[]) => {
      const viewers = Array.from({ length: slow }, (_, n) => ({
        url: of(n).url,
        cameraIds: watched(n),
      }));
      const harm = new SlowViewers(viewers);
      closers.push(() => harm.close());
      await until('the slow ones are there', () => harm.figures.joined === slow, {
        withinMs: 120_000,
        seen: () => harm.figures,
      });
      phases.push(
        await measure({ name: `beside ${slow} slow`, slow: true, seconds, slowPid: harm.pid }),
      );
      harm.close();
      await sleep(settleMs);
    };
    for (let round = 0; round < rounds; round += 1) {
      phases.push(await measure({ name: 'alone', slow: false, seconds: phaseS }));
      await beside(phaseS, (n) => [of(n).cameraId]);
    }
    await beside(longS, () => cameraIds);
    const owner = service.owner();
    await service.silence();
    await sleep(4000);
    const alerts = await changes(hubs[0]!, from);
    const missing = await Promise.all(groups.map((group) => group.missing(alerts)));
    const dropped = owner.dropped.picture ?? 0;
    return {
      phases,
      missed: missing.reduce((sum, one) => sum + one, 0),
      alerts: alerts.length,
      pictures: { sent: owner.pictures, dropped },
      warnings: warningsOf(hubs.map((hub) => hub.log()).join('')),
    };
  } finally {
    for (const close of closers) close();
    await service.close();
  }
}

function warningsOf(log: string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const line of log.split('\n').filter((text) => text.startsWith('{'))) {
    const { level, msg } = JSON.parse(line) as { level: number | string; msg: string };
    if (level === 'warn' || level === 'error' || Number(level) >= 40) {
      counts.set(msg, (counts.get(msg) ?? 0) + 1);
    }
  }
  return counts;
}

/** All alerts that changed after a sequence, in its order. */
async function changes(hub: HubCommand, from: number): Promise<AlertPage['alerts']> {
  const all: AlertPage['alerts'] = [];
  for (let after = from; ; after = all.at(-1)!.sequence) {
    const answer = await fetch(`${hub.url}/api/v1/alerts?limit=200&after=${after}`);
    const { alerts } = (await answer.json()) as AlertPage;
    all.push(...alerts);
    if (alerts.length < 200) return all;
  }
}

interface PhaseOrder {
  name: string;
  slow: boolean;
  seconds: number;
  slowPid?: number;
}

function measuring({ hubs, redisPid, postgresPid, ownerPid }: TwoHubs, groups: Viewers[]) {
  return async (given: PhaseOrder): Promise<Phase> => {
    const { name, slow, seconds, slowPid } = given;
    const engines = [redisPid, ownerPid, postgresPid, ...(slowPid === undefined ? [] : [slowPid])];
    const pids = [...[...hubs, ...groups].map(({ pid }) => pid), ...engines];
    const most = hubs.map(() => 0);
    const watching = setInterval(() => {
      hubs.forEach(({ pid }, n) => {
        // With its supervisor.
        const memory = processTree(pid).reduce((sum, one) => sum + ownMemory(one), 0);
        most[n] = Math.max(most[n]!, memory);
      });
    }, 250);
    const people = handling(hubs);
    await Promise.all(groups.map((group) => group.begin()));
    const before = pids.map(cpuSeconds);
    const busyBefore = busySeconds();
    const began = performance.now();
    await sleep(seconds * 1000);
    const figures = await Promise.all(groups.map((group) => group.figures()));
    const took = (performance.now() - began) / 1000;
    const cpu = pids.map((pid, n) => (cpuSeconds(pid) - before[n]!) / took);
    const own = cpu.reduce((sum, share) => sum + share, 0);
    const othersCpu = Math.max(0, (busySeconds() - busyBefore) / took - own);
    clearInterval(watching);
    await people.stop();
    const viewers = await Promise.all(hubs.map(viewersOf));
    const [one = 0, two = 0, groupOne = 0, groupTwo = 0, redisCpu = 0, ownerCpu = 0] = cpu;
    return {
      ...{
        name,
        slow,
        othersCpu,
        ...summed(figures, took),
        redisCpu,
        ownerCpu,
        viewersCpu: groupOne + groupTwo,
      },
      hubs: [one, two].map((share, n) => ({
        ...{ memory: most[n]!, cpu: share, viewers: viewers[n]! },
      })),
    };
  };
}

/** People handle the newest alert each second, now on this hub and now on that. */
function handling(hubs: HubCommand[]) {
  let turn = 0;
  let last: Promise<unknown> = Promise.resolve();
  const handle = async () => {
    turn += 1;
    const { url } = hubs[turn % hubs.length]!;
    const answer = await fetch(`${url}/api/v1/alerts?limit=1`);
    const [alert] = ((await answer.json()) as AlertPage).alerts;
    if (alert === undefined) return;
    const handled = alert.handling === 'new' ? 'acknowledged' : 'new';
    await fetch(`${url}/api/v1/alerts/${alert.id}`, {
      ...{ method: 'PATCH', headers: { 'content-type': 'application/json' } },
      body: JSON.stringify({ handling: handled }),
    });
  };
  const timer = setInterval(() => {
    last = handle();
  }, 1000);
  return {
    async stop(): Promise<void> {
      clearInterval(timer);
      await last;
    },
  };
}

async function viewersOf({ url }: HubCommand): Promise<number> {
  const answer = await fetch(`${url}/api/v1/status`);
  return ((await answer.json()) as Status).viewers;
}

function summed(figures: ViewersFigures[], seconds: number) {
  const sum = (of: (one: ViewersFigures) => number) => figures.reduce((n, one) => n + of(one), 0);
  const pictures = sum((one) => one.pictures);
  const alerts = sum((one) => one.alerts);
  return {
    messagesPerSecond: (pictures + alerts + sum((one) => one.cameras)) / seconds,
    picturesPerSecond: pictures / seconds,
    alerts,
    pictureMs: percentiles(figures.flatMap((one) => one.pictureDelaysMs)),
    alertMs: percentiles(figures.flatMap((one) => one.alertDelaysMs)),
    holes: sum((one) => one.holes),
    lost: sum((one) => one.lost),
  };
}

function percentiles(values: number[]): [number, number] {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number) =>
    sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
  return [at(0.5) ?? Number.NaN, at(0.99) ?? Number.NaN];
}
