import assert from 'node:assert/strict';
import { test } from 'node:test';
import { largestDifference } from './testing/compare-with-tfjs.ts';
import { mobileNetApplied, mobileNetNested, mobileNetWithHead } from './testing/small-models.ts';

const sizes: [number, number][] = [
  [32, 32],
  [31, 33],
];

for (const [height, width] of sizes) {
  test(`a MobileNetV2 with a dense head gives the same probabilities at ${width} x ${height}`, async () => {
    const { difference, converted, theirs } = await largestDifference(
      mobileNetWithHead([height, width]),
      [height, width],
    );
    assert.ok(difference <= 1e-4, `${difference}`);
    assert.ok(
      theirs.some(([first]) => Math.abs(first! - 0.5) > 0.01),
      'the pictures differ',
    );
    assert.deepEqual(converted.inputSize, { width, height });
    assert.equal(converted.classes, 2);
    const ops = converted.graph.nodes.map(({ op }) => op);
    assert.ok(
      !ops.includes('BatchNormalization') && !ops.includes('Pad') && !ops.includes('Softmax'),
    );
  });
}

test('a model within a model gives the same probabilities, rows in the order of Keras', async () => {
  const { difference } = await largestDifference(mobileNetNested([32, 32]), [32, 32]);
  assert.ok(difference <= 1e-4, `${difference}`);
});

test('a model used as a layer behind a scaling gives the same probabilities', async () => {
  const { difference, converted } = await largestDifference(mobileNetApplied([33, 32]), [33, 32]);
  assert.ok(difference <= 1e-4, `${difference}`);
  assert.deepEqual(converted.rescaling, { scale: 1 / 127.5, offset: -1 });
});
