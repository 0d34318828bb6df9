/** Whoever watches a camera may die at any time: no decoder may stay, and hold the camera. */
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { symlink } from 'node:fs/promises';
import { after, before, type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { findProgram } from '@maskwatch/platform/child-process';
import { mjpeg, startScriptedCamera } from './scripted-camera.ts';
import { type TemporaryFilms, temporaryFilms } from './temporary-films.ts';

const script = fileURLToPath(new URL('./watching-process.ts', import.meta.url));
let films: TemporaryFilms;
before(async () => {
  films = await temporaryFilms();
});
after(() => films.remove());

/** Process ids of the decoders that this process started, dead ones that nobody waited for too. */
function decodersOf(parent: number): number[] {
  const lines = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,comm=']).toString().split('\n');
  return lines
    .map((line) => line.trim().split(/\s+/))
    .filter(([, ppid, name]) => Number(ppid) === parent && name === 'ffmpeg')
    .map(([pid]) => Number(pid));
}

/** A dead process that nobody has waited for yet holds nothing: it does not run. */
function runs(pid: number): boolean {
  const lines = execFileSync('ps', ['-A', '-o', 'pid=,stat=']).toString().split('\n');
  return lines
    .map((line) => line.trim().split(/\s+/))
    .some(([id, state = 'Z']) => Number(id) === pid && !state.startsWith('Z'));
}

async function until(what: string, holds: () => boolean, withinMs: number): Promise<number> {
  const began = performance.now();
  while (!holds()) {
    if (performance.now() - began > withinMs) assert.fail(`${what}: not within ${withinMs} ms`);
    await sleep(20);
  }
  return performance.now() - began;
}

/** A camera that falls silent after a second, and a process that has seen it. */
async function stalledWatch(t: TestContext, path = process.env.PATH) {
  const jpegs = await films.jpegs(30, '320x240');
  const stalls = mjpeg({ jpegs, framesPerSecond: 25, after: 30, afterwards: 'stall' });
  const camera = await startScriptedCamera(stalls);
  t.after(() => camera.stop());
  const url = `http://127.0.0.1:${camera.port}/video`;
  const watching = spawn(process.execPath, [script, url], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, PATH: path },
  });
  t.after(() => watching.kill('SIGKILL'));
  let frames = 0;
  watching.stdout.on('data', () => {
    frames += 1;
  });
  await until('frames', () => frames >= 3, 15_000);
  // No picture has come for a second: ffmpeg waits in a read, where no write can end it.
  await sleep(1500);
  return watching;
}

test('a process killed with -9 while its camera is stalled leaves no ffmpeg behind', async (t) => {
  if (findProgram('setpriv') === undefined) return t.skip('there is no setpriv here');
  const watching = await stalledWatch(t);
  const decoders = decodersOf(watching.pid!);
  assert.equal(decoders.length, 1);
  assert.ok(decoders.every(runs));

  watching.kill('SIGKILL');
  await once(watching, 'exit');

  const ms = await until('the decoder is gone', () => !decoders.some(runs), 1000);
  t.diagnostic(`gone after ${ms.toFixed(0)} ms`);
});

test('without setpriv the decoder stays until its own time-out, and no longer', async (t) => {
  for (const name of ['ffmpeg', 'ffprobe', 'mkfifo']) {
    await symlink(findProgram(name)!, films.path(name));
  }
  const watching = await stalledWatch(t, films.path('.'));
  const decoders = decodersOf(watching.pid!);
  assert.equal(decoders.length, 1);

  watching.kill('SIGKILL');
  await once(watching, 'exit');
  await sleep(500);

  assert.ok(decoders.every(runs), 'nobody ends it');
  await until('the decoder is gone', () => !decoders.some(runs), 8000);
});
