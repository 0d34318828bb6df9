/** The command as people run it, timed by what it prints. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { DetectLine } from '@maskwatch/contracts/detection';
import { dyingWithParent } from '@maskwatch/platform/child-process';

const command = join(import.meta.dirname, '../../services/maskwatch/bin/maskwatch');

export interface DetectRun {
  frames: DetectLine[];
  /** From the first frame's line to the last: the start and the models are not in it. */
  framesPerSecond: number;
}

/** maskwatch detect FILM --json: every frame. */
export async function detectFilm(film: string): Promise<DetectRun> {
  const times: number[] = [];
  const frames: DetectLine[] = [];
  await run(['detect', film, '--json'], (line) => {
    times.push(performance.now());
    frames.push(JSON.parse(line) as DetectLine);
  });
  const seconds = (times.at(-1)! - times[0]!) / 1000;
  return { frames, framesPerSecond: (times.length - 1) / seconds };
}

/** maskwatch replay FILM --json: 5 frames of each second, with tracks, votes and rules. */
export async function replayFilm(film: string): Promise<{ seconds: number }> {
  const lines: string[] = [];
  await run(['replay', film, '--json'], (line) => lines.push(line));
  const { frames, framesPerSecond } = JSON.parse(lines.at(-1)!) as Record<string, number>;
  return { seconds: frames! / framesPerSecond! };
}

async function run(args: string[], onLine: (line: string) => void): Promise<void> {
  const child = spawn(...dyingWithParent(command, args), { stdio: ['ignore', 'pipe', 'ignore'] });
  const closed = once(child, 'close');
  createInterface({ input: child.stdout }).on('line', onLine);
  const [code] = await closed;
  if (code !== 0) throw new Error(`maskwatch ${args.join(' ')} ended with ${code}`);
}
