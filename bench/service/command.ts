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

export interface PicturesRun {
  lines: DetectLine[];
  /** From the first picture's line to the last: the start and the models are not in it. */
  picturesPerSecond: number;
}

/** maskwatch detect PICTURE... --json with a classifier of a folder. */
export async function detectPictures(
  pictures: readonly string[],
  classifier: string,
): Promise<PicturesRun> {
  const times: number[] = [];
  const lines: DetectLine[] = [];
  await run(['detect', ...pictures, '--json', '--model', classifier], (line) => {
    times.push(performance.now());
    lines.push(JSON.parse(line) as DetectLine);
  });
  const seconds = (times.at(-1)! - times[0]!) / 1000;
  return { lines, picturesPerSecond: (times.length - 1) / seconds };
}

/** Any command; the lines of its standard output. */
export async function runCommand(
  args: string[],
  environment: NodeJS.ProcessEnv = {},
): Promise<string[]> {
  const lines: string[] = [];
  await run(args, (line) => lines.push(line), environment);
  return lines;
}

async function run(
  args: string[],
  onLine: (line: string) => void,
  environment: NodeJS.ProcessEnv = {},
): Promise<void> {
  const child = spawn(...dyingWithParent(command, args), {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...environment },
  });
  const closed = once(child, 'close');
  let said = '';
  child.stderr.on('data', (data: Buffer) => {
    said = `${said}${data}`.slice(-2000);
  });
  createInterface({ input: child.stdout }).on('line', onLine);
  const [code] = await closed;
  if (code !== 0) throw new Error(`maskwatch ${args.join(' ')} ended with ${code}: ${said}`);
}
