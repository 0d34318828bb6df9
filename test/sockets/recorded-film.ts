/** What the whole pipeline made of the demo film, to be said again and again by many cameras. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import type { Observation } from '@maskwatch/contracts/observation';
import { parseRecording } from '@maskwatch/rules/recording';

const root = join(import.meta.dirname, '../..');
/** Two people without a mask come and go by then. */
const seconds = 48;
export const framesPerSecond = 5;

/** The path of the recording; made by `maskwatch replay` where it is not there, within a minute. */
export function recordedFilm(): string {
  const folder = join(root, '.cache');
  const file = join(folder, `demo-film-${seconds}s.jsonl`);
  if (existsSync(file)) return file;
  mkdirSync(folder, { recursive: true });
  const film = join(folder, 'demo-film-cut.mp4');
  const whole = join(root, 'services/ingest/assets/demo.mp4');
  const cut = ['-i', whole, '-t', String(seconds), '-c', 'copy', '-y', film];
  execFileSync('ffmpeg', ['-hide_banner', '-loglevel', 'error', ...cut]);
  const main = join(root, 'services/maskwatch/src/main.ts');
  const record = ['--rate', String(framesPerSecond), '--record', `${file}.part`];
  execFileSync(process.execPath, [main, 'replay', film, ...record], { stdio: 'ignore' });
  renameSync(`${file}.part`, file);
  return file;
}

export function readFilm(file: string): Observation[] {
  return parseRecording(readFileSync(file, 'utf8')).flatMap((line) =>
    'observation' in line ? [line.observation] : [],
  );
}

/** One observation of the film as a camera's own at `now`; people of each round are others. */
export function asOf(
  observation: Observation,
  {
    cameraId,
    sequence,
    round,
    now,
  }: { cameraId: string; sequence: number; round: number; now: number },
): Observation {
  const shift = now - observation.capturedAt;
  return {
    ...observation,
    ...{ cameraId, sequence, capturedAt: now, ageMs: 50 },
    tracks: observation.tracks.map((track) => ({
      ...track,
      id: `${cameraId}-${round}-${track.id}`,
      firstSeenAt: track.firstSeenAt + shift,
      lastSeenAt: track.lastSeenAt + shift,
      stateSince: track.stateSince + shift,
    })),
  };
}
