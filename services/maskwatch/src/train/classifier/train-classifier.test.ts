import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { loadClassifier } from '@maskwatch/runtime/registry';
import { writeColouredPictures } from './testing/coloured-pictures.ts';

const main = fileURLToPath(new URL('../../main.ts', import.meta.url));
const quick = ['--faces', 'whole', '--image-size', '64', '--views', '2', '--epochs', '12'];

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'maskwatch-train-'));
  await writeColouredPictures(join(folder, 'data'), { with_mask: 24, without_mask: 24 }, 1);
});
after(() => rm(folder, { recursive: true }));

/** The command as its own process, with a cache of its own. */
function start(data: string, out: string, ...more: string[]) {
  const args = [main, 'train', 'classifier', join(folder, data), '--out', join(folder, out)];
  const env = { ...process.env, XDG_CACHE_HOME: join(folder, 'cache') };
  const child = spawn(process.execPath, [...args, ...quick, ...more], { env });
  const said = { stdout: '', stderr: '' };
  child.stdout.on('data', (text) => {
    said.stdout += text;
  });
  child.stderr.on('data', (text) => {
    said.stderr += text;
  });
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  return { child, said, ended };
}

async function train(data: string, out: string, ...more: string[]) {
  const { said, ended } = start(data, out, ...more);
  return { status: await ended, said };
}

async function epochsLogged(out: string): Promise<number> {
  const text = await readFile(join(folder, out, 'log.csv'), 'utf8').catch(() => '');
  return Math.max(0, text.trimEnd().split('\n').length - 1);
}

async function waitForEpoch(out: string, child: ChildProcess, epoch: number): Promise<void> {
  const until = Date.now() + 30_000;
  while ((await epochsLogged(out)) < epoch) {
    assert.ok(Date.now() < until && child.exitCode === null, `epoch ${epoch} was not reached`);
    await delay(5);
  }
}

test('a folder per class becomes a model that runs, with its log, card and report', async () => {
  const { status, said } = await train('data', 'red', '--json');
  assert.equal(status, 0, said.stderr);
  const result = JSON.parse(said.stdout);
  assert.equal(result.accuracy, 1);
  assert.equal(result.balancedAccuracy, 1);
  assert.ok(result.loss < 0.5 && result.onnxDifference < 1e-3);
  assert.equal(result.skipped, 2);
  assert.match(said.stderr, /with_mask\/broken-0\.jpg: /);
  const files = await readdir(join(folder, 'red'));
  assert.deepEqual(files.sort(), [
    ...['CARD.md', 'log.csv', 'model.json', 'red.onnx', 'report.html', 'tfjs'],
  ]);
  assert.equal(await epochsLogged('red'), 12);
  const { model } = await loadClassifier(join(folder, 'red'));
  assert.deepEqual(model.classes, ['mask', 'no_mask']);
  assert.deepEqual(model.crop, { shape: 'box', side: 1 });
  assert.equal(model.measured.accuracy, 1);
  const report = await readFile(join(folder, 'red', 'report.html'), 'utf8');
  for (const title of ['Loss by epoch', 'Augmented pictures', 'Left out']) {
    assert.ok(report.includes(title), title);
  }
  // The same seed and pictures, from the cache this time.
  const second = await train('data', 'again', '--json', '--no-leaky');
  assert.equal(second.status, 0, second.said.stderr);
  const again = JSON.parse(second.said.stdout);
  assert.equal(again.loss, result.loss);
  assert.equal(again.leakyAccuracy, undefined);
});

test('a training that is killed goes on, and one that is interrupted keeps the best so far', async () => {
  const long = ['--epochs', '400', '--patience', '400', '--no-leaky', '--json'];
  const first = start('data', 'long', ...long);
  await waitForEpoch('long', first.child, 3);
  first.child.kill('SIGKILL');
  await first.ended;
  const killedAt = await epochsLogged('long');
  const second = start('data', 'long', ...long, '--resume');
  await waitForEpoch('long', second.child, killedAt + 2);
  second.child.kill('SIGINT');
  assert.equal(await second.ended, 0, second.said.stderr);
  const result = JSON.parse(second.said.stdout);
  assert.equal(result.ended, 'interrupted');
  assert.ok(result.epochs >= killedAt + 2 && result.epochs < 400);
  assert.equal(result.epochs, await epochsLogged('long'));
  assert.match(second.said.stderr, /what is best so far is kept/);
  await loadClassifier(join(folder, 'long'));
  const other = await train('data', 'long', ...long, '--resume', '--dense', '64');
  assert.equal(other.status, 2);
  assert.match(other.said.stderr, /dense: was 128, is now 64/);
});

test('folders that nothing can be learned from, and a model that is no training, are refused', async () => {
  await writeColouredPictures(join(folder, 'one'), { with_mask: 12 });
  const one = await train('one', 'none');
  assert.equal(one.status, 2);
  assert.match(one.said.stderr, /has only the class mask \(12 faces\)\.\nWhat to do: /);
  await writeColouredPictures(join(folder, 'few'), { with_mask: 12, without_mask: 9 });
  const few = await train('few', 'none');
  assert.equal(few.status, 2);
  assert.match(few.said.stderr, /no_mask has 9; each class needs at least 10 pictures\./);
});
