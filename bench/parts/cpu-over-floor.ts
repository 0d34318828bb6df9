/**
 * CPU seconds of all processes per judged frame, over the floor: the same ffmpeg command writing to
 * /dev/null and the same number of runs on bare sessions, once back to back and once at the pace of
 * the service (a run after a pause costs more, whoever makes it). Service and floor take turns.
 */
import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { CameraConfig } from '@maskwatch/contracts/config';
import { findDecoder } from '@maskwatch/ingest/source/decoder';
import { decoderArguments } from '@maskwatch/ingest/source/ffmpeg-arguments';
import { sourceAddress } from '@maskwatch/ingest/source/source-address';
import { dyingWithParent } from '@maskwatch/platform/child-process';
import { systemClock } from '@maskwatch/platform/clock';
import { startRtspCamera } from '../../test/cameras/rtsp-camera.ts';
import type { BenchFilms } from '../films.ts';
import { type BareSessions, openBareSessions } from '../measure/bare-sessions.ts';
import { median, sum } from '../measure/numbers.ts';
import { cpuSeconds } from '../measure/processes.ts';
import { note, printRatio, round } from '../report.ts';
import { startMeasuredService } from '../service/measured-service.ts';
import { judgedFrames } from '../service/records.ts';

const target = 1.15;
const rate = 5;
/** Twice the film: every block sees the same pictures wherever it begins. */
const windowMs = 40_000;
/** Until the service's code is compiled; what it costs to start is no cost of a frame. */
const warmMs = 20_000;

interface ServiceBlock {
  cpu: number;
  frames: number;
  crops: number;
}

/** CPU seconds: of ffmpeg over the window, and of one run each. */
interface FloorBlock {
  decode: number;
  detect: number;
  classify: number;
}

export async function cpuOverFloor({ four }: BenchFilms): Promise<void> {
  const camera = await startRtspCamera({ film: four.film });
  const sessions = await openBareSessions();
  const paced: number[] = [];
  const backToBack: number[] = [];
  const compare = async (service: ServiceBlock, floor: FloorBlock) => {
    paced.push(ratioOf(service, floor));
    backToBack.push(ratioOf(service, await withoutPauses(sessions, floor)));
  };
  try {
    // A B, then B A: what drifts on the machine falls on both.
    const first = await serviceBlock(camera.url);
    await compare(first, await floorBlock(camera.url, sessions, cropsAFrame(first)));
    const floor = await floorBlock(camera.url, sessions, cropsAFrame(first));
    await compare(await serviceBlock(camera.url), floor);
  } finally {
    await sessions.release();
    await camera.stop();
  }
  printRatio({ name: 'cpu-over-floor', value: median(backToBack), target, better: 'less' });
  printRatio({ name: 'cpu-over-paced-floor', value: median(paced), target, better: 'less' });
}

const cropsAFrame = ({ crops, frames }: ServiceBlock) => crops / frames;

/** The floor of as many frames and crops as the service had. */
function ratioOf(service: ServiceBlock, floor: FloorBlock): number {
  const { frames, crops, cpu } = service;
  const bare = frames * floor.detect + crops * floor.classify;
  const whole = floor.decode + bare;
  const each = (seconds: number) => `${round((1000 * seconds) / frames)} ms`;
  note(
    `a judged frame: service ${each(cpu)}, floor ${each(whole)} (ffmpeg ${each(floor.decode)}, ` +
      `bare sessions ${each(bare)}); ${frames} frames, ${crops} crops`,
  );
  return cpu / whole;
}

async function serviceBlock(source: string): Promise<ServiceBlock> {
  const rules = [{ id: 'no_mask', states: ['no_mask'] }];
  const config = { cameras: [{ id: 'gate', source, rate }], rules };
  const service = await startMeasuredService({ config });
  try {
    await sleep(warmMs);
    const [from, before] = [systemClock.now(), cpuSeconds(service.pid)];
    await sleep(windowMs);
    const [to, cpu] = [systemClock.now(), cpuSeconds(service.pid) - before];
    // What is written down is read a little later: lines wait for the disk.
    await sleep(500);
    const frames = judgedFrames(service.records()).filter(
      ({ sentAt }) => sentAt > from && sentAt <= to,
    );
    const crops = frames.flatMap(({ requests }) =>
      requests.filter(({ kind }) => kind === 'classify').map(({ count }) => count),
    );
    return { cpu, frames: frames.length, crops: sum(crops) };
  } finally {
    await service.stop();
  }
}

/** The camera's own ffmpeg command with nobody who reads, and a frame's runs five times a second. */
async function floorBlock(
  source: string,
  sessions: BareSessions,
  crops: number,
): Promise<FloorBlock> {
  const camera = CameraConfig.parse({ id: 'gate', source, rate });
  const decoder = await findDecoder();
  const { maxWidth, maxHeight } = camera;
  const address = sourceAddress(camera, { demoFilm: '' });
  const args = decoderArguments({ address, version: decoder.version, rate, maxWidth, maxHeight });
  const nowhere = openSync('/dev/null', 'w');
  const child = spawn(...dyingWithParent(decoder.ffmpeg, args), {
    stdio: ['ignore', nowhere, 'inherit'],
  });
  closeSync(nowhere);
  try {
    await pacedRuns(sessions, { crops, ms: warmMs });
    const before = cpuSeconds(child.pid!);
    const runs = await pacedRuns(sessions, { crops, ms: windowMs });
    return { ...runs, decode: cpuSeconds(child.pid!) - before };
  } finally {
    child.kill('SIGKILL');
  }
}

/** CPU seconds of a detector's and a classifier's run, one frame's runs after the other's pause. */
async function pacedRuns(
  sessions: BareSessions,
  { crops, ms }: { crops: number; ms: number },
): Promise<{ detect: number; classify: number }> {
  const used = { detect: 0, classify: 0 };
  const frames = Math.round((ms * rate) / 1000);
  const startedAt = performance.now();
  let classified = 0;
  for (let frame = 1; frame <= frames; frame += 1) {
    used.detect += await cpuOf(() => sessions.detect());
    for (; classified < Math.floor(frame * crops); classified += 1) {
      used.classify += await cpuOf(() => sessions.classify());
    }
    await sleep(Math.max(0, startedAt + (frame * 1000) / rate - performance.now()));
  }
  return { detect: used.detect / frames, classify: used.classify / Math.max(1, classified) };
}

async function cpuOf(run: () => Promise<void>): Promise<number> {
  const before = process.cpuUsage();
  await run();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

/** The floor with runs that follow each other without a pause. */
async function withoutPauses(
  { detect, classify }: BareSessions,
  floor: FloorBlock,
): Promise<FloorBlock> {
  const runs = 100;
  const price = async (run: () => Promise<void>) => {
    const total = await cpuOf(async () => {
      for (let n = 0; n < runs; n += 1) await run();
    });
    return total / runs;
  };
  return { ...floor, detect: await price(detect), classify: await price(classify) };
}
