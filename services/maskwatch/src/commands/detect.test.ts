import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { DetectLine } from '@maskwatch/contracts/detection';
import sharp, { type Sharp } from 'sharp';

const repository = fileURLToPath(new URL('../../../../', import.meta.url));
const portrait = (state: string) => join(repository, 'test/scenes/portraits', `${state}.png`);
const film = join(repository, 'services/ingest/assets/demo.mp4');

const folder = await mkdtemp(join(tmpdir(), 'maskwatch-detect-'));
after(() => rm(folder, { recursive: true }));
const pictures = join(folder, 'pictures');
await mkdir(join(pictures, 'sub'), { recursive: true });
await cp(portrait('no_mask'), join(pictures, 'a.png'));
await writeFile(join(pictures, 'b.jpg'), 'no picture');
await writeFile(join(pictures, 'labels.jsonl'), '{}');
await cp(portrait('mask'), join(pictures, 'sub', 'c.png'));
await sharp(portrait('no_mask'))
  .rotate(90)
  .withMetadata({ orientation: 8 })
  .jpeg({ quality: 95 })
  .toFile(join(pictures, 'turned.jpg'));

/** The command as its own process. */
function start(args: readonly string[]) {
  const entry = new URL('./detect.ts', import.meta.url).href;
  const source = `
    const { detectCommand } = await import(${JSON.stringify(entry)});
    await detectCommand().parseAsync(process.argv.slice(1), { from: 'user' });
  `;
  const child = spawn(process.execPath, ['--input-type=module', '-e', source, '--', ...args]);
  const ended = new Promise<[number | null, string | null]>((resolve) => {
    child.once('close', (...how) => resolve(how));
  });
  return { child, ended };
}

async function detect(...args: string[]) {
  const { child, ended } = start(args);
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return { status: (await ended)[0], lines: stdout.trimEnd().split('\n'), stderr };
}

async function pixelsOf(path: string, times = 1) {
  const { width, height } = await sharp(path).metadata();
  return sharp(path)
    .flatten({ background: '#727272' })
    .resize(width! * times, height! * times, { kernel: 'nearest' })
    .raw()
    .toBuffer({ resolveWithObject: true });
}

const run = promisify(execFile);

/** What ffprobe says of pictures and sound; packets of sound are compared by their checksum. */
async function streams(path: string) {
  const about = ['-v', 'error', '-show_entries', 'stream=codec_type,nb_frames,width,height'];
  const { stdout } = await run('ffprobe', [...about, '-of', 'json', path]);
  const found = JSON.parse(stdout).streams as Record<string, string | number>[];
  const video = found.find((one) => one.codec_type === 'video')!;
  const sum = await run('ffmpeg', [
    '-v',
    'error',
    '-i',
    path,
    '-map',
    '0:a',
    '-c',
    'copy',
    '-f',
    'md5',
    '-',
  ]);
  return {
    video: { frames: Number(video.nb_frames), width: video.width, height: video.height },
    sound: sum.stdout.trim(),
  };
}

const parsed = (lines: string[]) => lines.map((line) => DetectLine.parse(JSON.parse(line)));

test('a folder gives a line a picture in order, a broken one a line on stderr and status 1', async () => {
  const { status, lines, stderr } = await detect(pictures, '--json');

  const found = parsed(lines);
  assert.deepEqual(
    found.map(({ file, faces }) => [file, faces[0]?.label, faces.length]),
    [
      ['a.png', 'no_mask', 1],
      ['sub/c.png', 'mask', 1],
      ['turned.jpg', 'no_mask', 1],
    ],
  );
  assert.ok(found.every(({ faces }) => faces[0]!.judged));
  assert.match(stderr, /^b\.jpg: .*unsupported image format\n$/);
  assert.equal(status, 1);
});

test('a turned picture has its box where people see the face', async () => {
  const { lines, status } = await detect(
    join(pictures, 'a.png'),
    join(pictures, 'turned.jpg'),
    '--json',
  );

  const [straight, turned] = parsed(lines);
  assert.deepEqual([turned!.width, turned!.height], [straight!.width, straight!.height]);
  turned!.faces[0]!.box.forEach((value, n) => {
    assert.ok(Math.abs(value - straight!.faces[0]!.box[n]!) < 6);
  });
  assert.equal(status, 0);
});

test('a film gives a line a frame at the rate asked for, in the order of time', async () => {
  const { lines, status } = await detect(film, '--json', '--rate', '0.5', '--input-size', '320');

  const found = parsed(lines);
  assert.ok(found.length > 5);
  assert.deepEqual(
    found.slice(0, 3).map(({ file, frame, timeMs }) => [file, frame, timeMs]),
    [
      ['demo.mp4', 0, 0],
      ['demo.mp4', 1, 2000],
      ['demo.mp4', 2, 4000],
    ],
  );
  assert.ok(found.some(({ faces }) => faces.length > 0));
  assert.equal(status, 0);
});

test('annotated copies keep name, folder and format; a small one is enlarged to be read', async () => {
  const output = join(folder, 'out');
  const { lines } = await detect(join(pictures, 'sub'), '--output', output);

  assert.match(lines[0]!, /^c\.png {2}164x196 {2}1 face$/);
  assert.match(lines[1]!, /^ {2}mask \d\d% +found 0\.\d\d +\d+x\d+ at \d+,\d+$/);
  const copy = await pixelsOf(join(output, 'c.png'));
  const original = await pixelsOf(portrait('mask'), 3);
  assert.deepEqual([copy.info.width, copy.info.height], [3 * 164, 3 * 196]);
  const changed = copy.data.filter((byte, n) => byte !== original.data[n]).length;
  assert.ok(changed > 5000 && changed < original.data.length / 3, `${changed} bytes`);
});

test('with --blur the face on the copy is coarse blocks, and the copy alone is changed', async () => {
  const output = join(folder, 'blurred');
  const { lines, status } = await detect(
    portrait('no_mask'),
    '--json',
    '--output',
    output,
    '--blur',
  );

  const [x, y, width, height] = parsed(lines)[0]!.faces[0]!.box;
  const place = {
    left: Math.round(3 * (x + width / 3)),
    top: Math.round(3 * (y + height / 3)),
    ...{ width: width | 0, height: height | 0 },
  };
  const details = async (source: Sharp) => {
    const buffer = await source.extract(place).raw().toBuffer();
    return new Set(
      Array.from({ length: buffer.length / 3 }, (_, n) => buffer.readUIntBE(3 * n, 3)),
    );
  };
  const original = sharp(portrait('no_mask')).resize(492, 588, { kernel: 'nearest' });
  const before = await details(original.flatten({ background: '#727272' }));
  const after = await details(sharp(join(output, 'no_mask.png')));
  assert.ok(before.size > 100 && after.size < 40, `${before.size} and ${after.size} colours`);
  assert.equal(status, 0);
});

test('a film becomes an annotated film with every frame and its sound as it was', async () => {
  const source = join(folder, 'sound.mp4');
  const output = join(folder, 'films');
  await run('ffmpeg', [
    ...['-v', 'error', '-i', film, '-f', 'lavfi', '-i', 'sine=440', '-map', '0:v', '-map', '1:a'],
    ...['-c:v', 'copy', '-c:a', 'aac', '-t', '1', source],
  ]);
  const { lines, status, stderr } = await detect(
    ...[source, '--json', '--input-size', '320', '--output', output],
  );

  assert.deepEqual([status, stderr], [0, '']);
  const copy = await streams(join(output, 'sound.mp4'));
  const original = await streams(source);
  assert.equal(copy.video.frames, lines.length);
  assert.deepEqual(copy, original);
});

test('what cannot be copied leaves no half of a film', async () => {
  const output = join(folder, 'broken');
  const source = join(folder, 'cut.mp4');
  await writeFile(source, (await readFile(film)).subarray(0, 400_000));
  const { status } = await detect(source, '--json', '--rate', '0.2', '--output', output);

  assert.equal(status, 1);
  assert.deepEqual(await readdir(output).catch(() => []), []);
});

test('the contact sheet has a tile a face, and says how many', async () => {
  const sheet = join(folder, 'sheet.png');
  const { stderr, status } = await detect(pictures, '--csv', '--sheet', sheet);

  assert.match(stderr, /sheet\.png: 3 faces\n$/);
  const { width, height } = await sharp(sheet).metadata();
  assert.deepEqual([width, height], [3 * 184, 216]);
  assert.equal(status, 1);
});

test('CSV and COCO hold the same faces as the lines of JSON', async () => {
  const csv = await detect(join(pictures, 'sub'), '--csv');
  const coco = await detect(join(pictures, 'sub'), '--coco');

  const [face] = JSON.parse(coco.lines.join('')).annotations;
  const [row] = csv.lines.slice(1);
  assert.match(row!, /^c\.png,,,164,196,/);
  assert.deepEqual(row!.split(',').slice(5, 10).map(Number), [...face.bbox, face.score]);
  assert.equal(face.category_id, 2);
});

test('options that exclude each other, or need another one, end with status 2', async () => {
  const { status, stderr } = await detect(film, '--blur');
  assert.match(stderr, /--blur is of the copies, and there are none/);
  assert.notEqual(status, 0);
  assert.match((await detect(film, '--csv', '--coco')).stderr, /cannot be used with/);
});

test('a reader that has seen enough ends the command without a fault', async () => {
  const { child, ended } = start([film, '--json']);
  const complaints = text(child.stderr);
  child.stdout.once('data', () => child.stdout.destroy());

  assert.deepEqual(await ended, [0, null]);
  assert.equal(await complaints, '');
});
