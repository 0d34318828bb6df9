import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { buildScenes, openMaterial } from './build-scenes.ts';
import { openPortrait } from './portrait-material.ts';
import type { Scene } from './scene.ts';
import { longestJudgeableMs } from './scene.ts';
import { cameraScripts, walkScripts } from './scene-scripts.ts';

const run = promisify(execFile);
let directory: string;
let scenes: Scene[];

before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'maskwatch-scenes-'));
  scenes = await buildScenes(directory, { few: true, material: await openPortrait() });
});

after(() => rm(directory, { recursive: true, force: true }));

test('films have the size, rate and length that their scenes say', async () => {
  for (const { film, width, height, frameRate, frames } of scenes) {
    const entries = 'stream=width,height,r_frame_rate,nb_frames';
    const { stdout } = await run('ffprobe', [
      '-v',
      'error',
      '-show_entries',
      entries,
      '-of',
      'csv=p=0',
      film,
    ]);
    assert.equal(stdout.trim(), `${width},${height},${frameRate}/1,${frames}`);
  }
});

test('a person is where the truth says: the picture differs there from a frame without them', async () => {
  const scene = scenes.find(({ name }) => name === 'one-bare')!;
  const [person] = scene.people;
  const frame = async (index: number) => {
    const args = [
      '-v',
      'error',
      '-i',
      scene.film,
      '-vf',
      `select=eq(n\\,${index})`,
      '-frames:v',
      '1',
    ];
    const options = { encoding: 'buffer', maxBuffer: 4e6 } as const;
    return (await run('ffmpeg', [...args, '-pix_fmt', 'gray', '-f', 'rawvideo', '-'], options))
      .stdout;
  };
  const [empty, stopped] = [await frame(0), await frame(70)];
  const difference = ([x, y, width, height]: readonly number[]) => {
    let sum = 0;
    for (let row = Math.round(y!); row < y! + height!; row += 1) {
      for (let column = Math.round(x!); column < x! + width!; column += 1) {
        const at = row * scene.width + column;
        sum += Math.abs(stopped[at]! - empty[at]!);
      }
    }
    return sum / (width! * height!);
  };

  assert.equal(person!.boxes(0), undefined);
  const face = person!.boxes(70)!;
  assert.ok(difference(face) > 15, `${difference(face)}`);
  assert.ok(difference([face[0] + 400, face[1], face[2], face[3]]) < 2);
});

test('no bare person stays for a time that leaves open whether an alert is due', () => {
  for (const scene of scenes) {
    for (const person of scene.people.filter(({ state }) => state === 'no_mask')) {
      const ms = longestJudgeableMs(person, scene);
      assert.ok(ms < 2500 || ms >= 6000, `${scene.name} ${person.id}: ${ms}`);
    }
  }
});

test('there are at least ten scenes, of one to six people, with and without violations', async () => {
  const people = walkScripts.map((script) => script.people.length);

  assert.ok(walkScripts.length + cameraScripts.length >= 10);
  assert.equal(Math.min(...people), 1);
  assert.equal(Math.max(...people), 6);
  assert.ok(walkScripts.some((script) => script.people.every(({ state }) => state === 'mask')));
});

test('the portrait is used where the labelled pictures are not there', async () => {
  const before = process.env.MASKWATCH_DATA;
  process.env.MASKWATCH_DATA = directory;
  try {
    assert.equal((await openMaterial()).name, 'portrait');
  } finally {
    if (before === undefined) delete process.env.MASKWATCH_DATA;
    else process.env.MASKWATCH_DATA = before;
  }
});
