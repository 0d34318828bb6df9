import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { convertDarknet } from '@maskwatch/onnx/darknet-to-graph';
import { readOnnx } from '@maskwatch/onnx/onnx-reader';
import { networkCfg, startArguments, usualStart } from './network-source.ts';

test('the shipped detector can be fine-tuned without any further file', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'maskwatch-start-'));
  t.after(() => rm(folder, { recursive: true }));
  const cfg = await networkCfg('mobilenetv2');

  const args = await startArguments({ from: 'shipped', network: 'mobilenetv2' }, { cfg, folder });

  const weights = args[args.indexOf('--from') + 1]!;
  const { graph } = convertDarknet(cfg, await readFile(weights));
  const onnx = new URL(
    '../../../../../models/face-yolov4-mobilenetv2/face-yolov4-mobilenetv2.onnx',
    import.meta.url,
  );
  const shipped = new Map(
    readOnnx(await readFile(onnx)).initializers.map((one) => [one.name, one]),
  );
  let most = 0;
  for (const { name, data } of graph.initializers) {
    if (!(data instanceof Float32Array)) continue;
    const wanted = shipped.get(name)!.data as Float32Array;
    data.forEach((value, n) => {
      most = Math.max(most, Math.abs(value - wanted[n]!));
    });
  }
  assert.ok(most < 1e-6, `differs by ${most}`);
  assert.equal(args[args.indexOf('--freeze') + 1], '9');
});

test('other networks start from nothing, or from a file that is given', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'maskwatch-start-'));
  t.after(() => rm(folder, { recursive: true }));
  const place = { cfg: await networkCfg('tiny-3l'), folder };
  assert.equal(usualStart('mobilenetv2'), 'shipped');
  assert.equal(usualStart('tiny-3l'), 'none');

  assert.deepEqual(await startArguments({ from: 'none', network: 'tiny-3l' }, place), []);
  const given = await startArguments({ from: '/a.weights', network: 'tiny-3l' }, place);
  assert.deepEqual(given, [
    ...['--from', '/a.weights', '--from-cfg', join(folder, 'start.cfg'), '--freeze', '0'],
  ]);
  await assert.rejects(startArguments({ from: 'shipped', network: 'tiny-3l' }, place), {
    code: 'train-options',
  });
  await assert.rejects(networkCfg('nowhere.cfg'), { code: 'train-options' });
});
