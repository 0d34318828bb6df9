import assert from 'node:assert/strict';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { openClassifier } from '@maskwatch/runtime/classifier';
import { loadClassifier } from '@maskwatch/runtime/registry';
import { importModel } from 'maskwatch/import/import-model';
import type { ImportOptions } from 'maskwatch/import/import-options';
import { seedsOf } from './fuzz/seeds.ts';

const folder = mkdtempSync(join(tmpdir(), 'maskwatch-layers-'));
after(() => rmSync(folder, { recursive: true }));

const options: ImportOptions = {
  names: ['with_mask', 'without_mask'],
  map: {},
  scaling: 'minus-one-to-one',
  colourOrder: 'rgb',
  crop: { shape: 'square', side: 1.4 },
  licence: 'made up',
};

/** A LayersModel of seven layers, 16 pixels, as TensorFlow.js saves it. */
function savedLayers(name: string): string {
  const [seed] = seedsOf('tfjs json');
  const saved = join(folder, name);
  mkdirSync(saved);
  writeFileSync(join(saved, 'model.json'), seed!.bytes);
  writeFileSync(join(saved, 'weights.bin'), seed!.beside!);
  return saved;
}

test('a folder of TensorFlow.js is imported, agrees with TensorFlow.js, and judges', async () => {
  const out = join(folder, 'models/layers');

  const { test: result } = await importModel([savedLayers('saved')], out, options);

  assert.equal(result.reader, 'TensorFlow.js');
  assert.ok(result.largestDifference! < 1e-5, `differs by ${result.largestDifference}`);
  const classifier = await openClassifier(await loadClassifier(out));
  const crops = new Uint8Array(3 * 16 * 16).fill(90);
  const [answer] = await classifier.run({ crops, count: 1, colour: 'rgb' });
  assert.ok(Math.abs(answer!.mask! + answer!.no_mask! - 1) < 1e-6);
  assert.match(readFileSync(join(out, 'CARD.md'), 'utf8'), /weights\.bin, \d+ bytes/);
});

test('weights that are cut, and names of files that leave the folder, are refused', async () => {
  const cut = savedLayers('cut');
  writeFileSync(join(cut, 'weights.bin'), Buffer.alloc(40));
  const away = savedLayers('away');
  const json = readFileSync(join(away, 'model.json'), 'utf8');
  writeFileSync(join(away, 'model.json'), json.replace('weights.bin', '../cut/weights.bin'));
  cpSync(join(cut, 'weights.bin'), join(folder, 'weights.bin'));

  await assert.rejects(importModel([cut], join(folder, 'models/a'), options), /holds 40 bytes/);
  await assert.rejects(importModel([away], join(folder, 'models/b'), options), {
    code: 'layers-model',
  });
});
