/**
 * CPU seconds of all processes per judged frame, over the floor: the same ffmpeg command writing to
 * /dev/null beside the same number of runs on bare sessions. Blocks alternate.
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
const pairs = 2;

interface ServiceBlock {
  cpu: number;
  frames: number;
  crops: number;
}

export async function cpuOverFloor({ four }: BenchFilms): Promise<void> {
  const camera = await startRtspCamera({ film: four.film });
  const sessions = await openBareSessions();
  const ratios: number[] = [];
  try {
    for (let pair = 0; pair < pairs; pair += 1) {
      // A B, then B A: what drifts on the machine falls on both.
      const decodedFirst = pair % 2 === 1 ? await decodeOnly(camera.url) : undefined;
      const service = await serviceBlock(camera.url);
      const decoded = decodedFirst ?? (await decodeOnly(camera.url));
      const inference = await bareRuns(sessions, service);
      const floor = decoded + inference;
      const each = (seconds: number) => `${round((1000 * seconds) / service.frames)} ms`;
      note(
        `a judged frame: service ${each(service.cpu)}, floor ${each(floor)} ` +
          `(ffmpeg ${each(decoded)}, bare sessions ${each(inference)}); ` +
          `${service.frames} frames, ${service.crops} crops`,
      );
      ratios.push(service.cpu / floor);
    }
  } finally {
    await sessions.release();
    await camera.stop();
  }
  printRatio({ name: 'cpu-over-floor', value: median(ratios), target, better: 'less' });
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

/** CPU seconds of the camera's own ffmpeg command over a window, with nobody who reads. */
async function decodeOnly(source: string): Promise<number> {
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
    await sleep(warmMs);
    const before = cpuSeconds(child.pid!);
    await sleep(windowMs);
    return cpuSeconds(child.pid!) - before;
  } finally {
    child.kill('SIGKILL');
  }
}

/** CPU seconds of as many runs as the service had, one after the other. */
async function bareRuns(sessions: BareSessions, { frames, crops }: ServiceBlock): Promise<number> {
  const before = process.cpuUsage();
  for (let n = 0; n < frames; n += 1) await sessions.detect();
  for (let n = 0; n < crops; n += 1) await sessions.classify();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}
