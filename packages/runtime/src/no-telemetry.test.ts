/** Where ONNX Runtime reports to its maker, it first writes an id of this machine below HOME. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { promisify } from 'node:util';

const run = promisify(execFile);
const folders: string[] = [];
after(() => {
  for (const folder of folders) rmSync(folder, { recursive: true });
});

/** Of nobody: the report of the first half of the test stays here. */
const https_proxy = 'http://127.0.0.1:9';

const model = join(import.meta.dirname, '../../../models/mask-mobilenetv2/mask-mobilenetv2.onnx');
const opening = `const { InferenceSession } = await import('onnxruntime-node');
  await InferenceSession.create(${JSON.stringify(model)});`;

/** A process runs `first`, and opens a network on a thread; whether that left an id. */
async function leavesAnId(first: string): Promise<boolean> {
  const HOME = mkdtempSync(join(tmpdir(), 'maskwatch-home-'));
  folders.push(HOME);
  const script = `${first}
    const { Worker } = await import('node:worker_threads');
    new Worker(${JSON.stringify(opening)}, { eval: true, execArgv: ['--input-type=module'] });`;
  // Nothing else of this process: where CI is set it reports nothing by itself.
  const { PATH } = process.env;
  await run(process.execPath, ['--input-type=module', '-e', script], {
    ...{ cwd: import.meta.dirname, env: { PATH, HOME, https_proxy } },
  });
  return existsSync(join(HOME, '.cache', 'Microsoft'));
}

test('nothing is reported to the maker of ONNX Runtime, also where a thread loads it', async () => {
  assert.equal(await leavesAnId(''), true, 'it leaves none any more: this test sees nothing');
  assert.equal(await leavesAnId("await import('./no-telemetry.ts');"), false);
});
