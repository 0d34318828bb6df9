import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { loadClassifier } from '@maskwatch/runtime/registry';
import { writeColouredPictures } from './testing/coloured-pictures.ts';

const run = promisify(execFile);
const main = fileURLToPath(new URL('../../main.ts', import.meta.url));

/** The first Python with what the recipe needs. */
async function pythonWithTorch(): Promise<string | undefined> {
  for (const python of ['/usr/bin/python3', 'python3']) {
    const found = await run(python, ['-c', 'import torch, cv2']).then(
      () => true,
      () => false,
    );
    if (found) return python;
  }
  return undefined;
}

test('a whole network is trained by the recipe, and crops do not stay', async (t) => {
  const python = await pythonWithTorch();
  if (python === undefined) return t.skip('no Python here has PyTorch and OpenCV');
  const folder = await mkdtemp(join(tmpdir(), 'maskwatch-whole-'));
  try {
    await writeColouredPictures(join(folder, 'data'), { with_mask: 12, without_mask: 12 });
    const args = ['train', 'classifier', join(folder, 'data'), '--out', join(folder, 'own')];
    const quick = ['--faces', 'whole', '--image-size', '32', '--views', '1', '--epochs', '2'];
    const full = ['--mode', 'full', '--unfreeze', '2', '--python', python, '--json'];
    const env = { ...process.env, XDG_CACHE_HOME: join(folder, 'cache') };
    const { stdout } = await run(process.execPath, [main, ...args, ...quick, ...full], { env });
    const result = JSON.parse(stdout);
    assert.match(result.backend, /^PyTorch|tfjs-node/);
    assert.ok(result.epochs === 2 && result.onnxDifference < 1e-3);
    await loadClassifier(join(folder, 'own'));
    const log = await readFile(join(folder, 'own', 'log.csv'), 'utf8');
    assert.equal(log.trimEnd().split('\n').length, 3);
    assert.ok(!(await readdir(join(folder, 'own'))).includes('recipe'));
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('without PyTorch it says what to install before anything is computed', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'maskwatch-whole-'));
  try {
    await writeColouredPictures(folder, { with_mask: 10, without_mask: 10 });
    const args = ['train', 'classifier', folder, '--mode', 'full', '--python', '/nowhere/python'];
    const failed = await run(process.execPath, [main, ...args]).catch((thrown: unknown) => thrown);
    const { code, stderr } = failed as { code: number; stderr: string };
    assert.equal(code, 2);
    assert.match(
      stderr,
      /^No Python here can train a classifier \(\/nowhere\/python cannot be started\)\.\nWhat to do: .*python3-torch/,
    );
  } finally {
    await rm(folder, { recursive: true });
  }
});
