import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { DetectLine } from '@maskwatch/contracts/detection';
import sharp from 'sharp';

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

test('annotated copies keep name, folder, format and size, and have boxes on them', async () => {
  const output = join(folder, 'out');
  const { lines } = await detect(join(pictures, 'sub'), '--output', output);

  assert.match(lines[0]!, /^c\.png {2}164x196 {2}1 face$/);
  assert.match(lines[1]!, /^ {2}mask \d\d% +found 0\.\d\d +\d+x\d+ at \d+,\d+$/);
  const copy = await sharp(join(output, 'c.png')).raw().toBuffer({ resolveWithObject: true });
  const original = await sharp(portrait('mask'))
    .flatten({ background: '#727272' })
    .raw()
    .toBuffer();
  assert.deepEqual([copy.info.format, copy.info.width, copy.info.height], ['raw', 164, 196]);
  const changed = copy.data.filter((byte, n) => byte !== original[n]).length;
  assert.ok(changed > 500 && changed < original.length / 3, `${changed} bytes`);
});

test('a reader that has seen enough ends the command without a fault', async () => {
  const { child, ended } = start([film, '--json']);
  const complaints = text(child.stderr);
  child.stdout.once('data', () => child.stdout.destroy());

  assert.deepEqual(await ended, [0, null]);
  assert.equal(await complaints, '');
});
