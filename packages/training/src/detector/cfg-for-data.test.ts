import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { numbers, parseCfg, wholeNumbers } from '@maskwatch/onnx/darknet-cfg';
import { anchorCount, anchorsOf, cfgForData } from './cfg-for-data.ts';

const networks = new URL('../../../../models/recipes/detector/networks/', import.meta.url);
const read = (name: string) => readFileSync(new URL(`${name}.cfg`, networks), 'utf8');
const nine = Array.from({ length: 9 }, (_, n) => [5 + 10 * n, 6 + 12 * n] as const);

for (const name of ['mobilenetv2', 'tiny-3l']) {
  test(`${name} gets the classes and anchors of the data, and nothing else changes`, () => {
    const before = parseCfg(read(name));

    const after = parseCfg(cfgForData(read(name), { classes: 3, size: 320, anchors: nine }));

    assert.equal(after.length, before.length);
    const changed = after.filter((section, n) => {
      const texts = ({ options }: typeof section) =>
        JSON.stringify([...options].map(([key, { text }]) => [key, text]));
      return texts(section) !== texts(before[n]!);
    });
    assert.deepEqual(
      changed.map(({ kind }) => kind),
      ['net', ...Array(3).fill(['convolutional', 'yolo']).flat()],
    );
    const heads = after.filter(({ kind }) => kind === 'yolo');
    for (const head of heads) {
      assert.equal(after[head.layer]!.options.get('filters')?.text, '24');
      assert.equal(head.options.get('classes')?.text, '3');
    }
  });
}

test('the head that had the smallest anchors gets the smallest of the data', () => {
  // In tiny-3l the coarsest head stands first.
  const after = parseCfg(cfgForData(read('tiny-3l'), { classes: 1, size: 416, anchors: nine }));
  const firsts = after
    .filter(({ kind }) => kind === 'yolo')
    .map((head) => numbers(head, 'anchors')[2 * wholeNumbers(head, 'mask')[0]!]);

  assert.deepEqual(firsts, [65, 35, 5]);
});

test('without anchors the cfg keeps its own', () => {
  const after = parseCfg(cfgForData(read('mobilenetv2'), { classes: 2, size: 416 }));

  const head = after.find(({ kind }) => kind === 'yolo')!;
  assert.deepEqual(numbers(head, 'anchors').slice(0, 4), [6, 8, 11, 14]);
  assert.equal(anchorCount(read('mobilenetv2')), 9);
  assert.deepEqual(anchorsOf(read('tiny-3l'))[8], [224, 288]);
});

test('options that are absent are added, comments stay', () => {
  const cfg =
    '[net]\n# grey\nchannels=1\n[conv]\nfilters=6\nsize=1\nactivation=linear\n[yolo]\nmask=0\nanchors=4,4\n';

  const after = cfgForData(cfg, { classes: 2, size: 96, anchors: [[7, 9]] });

  assert.ok(after.includes('# grey'));
  assert.deepEqual(
    parseCfg(after).map(({ options }) => [...options].map(([key, { text }]) => `${key}=${text}`)),
    [
      ['width=96', 'height=96', 'channels=1'],
      ['filters=7', 'size=1', 'activation=linear'],
      ['classes=2', 'num=1', 'mask=0', 'anchors=7.0,9.0'],
    ],
  );
});

test('a cfg without a head is refused', () => {
  assert.throws(() => anchorCount('[net]\n[conv]\nfilters=6\n'), /no detector/);
});
