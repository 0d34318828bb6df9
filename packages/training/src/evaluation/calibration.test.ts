import assert from 'node:assert/strict';
import { test } from 'node:test';
import { judge, likeliestTemperature, probabilities, strictestThreshold } from './calibration.ts';

const classes = ['mask', 'no_mask', 'incorrect'] as const;
const sure = [9, 0, 0];
const unsure = [0.2, 0, 0];

test('a higher temperature makes probabilities more even', () => {
  const [cold] = probabilities([2, 0, 0], 1);
  const [warm] = probabilities([2, 0, 0], 4);

  assert.ok(cold! > warm! && warm! > 1 / 3);
});

test('a classifier that is surer than it is right gets a temperature above one', () => {
  const right = Array(7).fill({ label: 'mask' as const, logits: [3, 0, 0] });
  const wrong = Array(3).fill({ label: 'no_mask' as const, logits: [3, 0, 0] });

  assert.ok(likeliestTemperature([...right, ...wrong], classes) > 1.5);
});

test('looks are counted by what they were judged to be; boxes round no face apart', () => {
  const looks = [
    { label: 'mask' as const, logits: sure },
    { label: 'no_mask' as const, logits: sure },
    { label: 'mask' as const, logits: unsure },
    { logits: sure },
  ];

  assert.deepEqual(judge(looks, { classes, temperature: 1, threshold: 0.7 }), {
    ...{ faces: 3, judged: 2, right: 1, judgedNoFaces: 1, noFaces: 1 },
    counts: { mask: { mask: 1, unknown: 1 }, no_mask: { mask: 1 } },
  });
});

test('the threshold is as strict as the share of judged faces allows', () => {
  const looks = [
    ...Array(3).fill({ label: 'mask' as const, logits: sure }),
    { label: 'mask' as const, logits: [1.9, 0, 0] },
  ];

  assert.equal(strictestThreshold(looks, 1, { classes, temperature: 1 }), 0.75);
  assert.equal(strictestThreshold(looks, 0.75, { classes, temperature: 1 }), 0.95);
});
