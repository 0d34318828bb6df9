import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JudgedState, Probabilities } from '@maskwatch/contracts/mask-state';
import { classifierFigures } from './classifier-figures.ts';
import { classifierSections } from './classifier-sections.ts';
import type { Prediction } from './prediction.ts';

const near = (actual: number | undefined, wanted: number) =>
  assert.ok(Math.abs(actual! - wanted) < 1e-9, `${actual} is not ${wanted}`);

function prediction(label: JudgedState, probabilities: Probabilities, n: number): Prediction {
  const source = n < 3 ? 'street' : 'office';
  return { file: `${n}.jpg`, source, label, probabilities, size: 40 };
}

const two = (mask: number): Probabilities => ({ mask, no_mask: 1 - mask });
/** Right, right, wrong, right. */
const four = [
  prediction('mask', two(0.9), 0),
  prediction('mask', two(0.8), 1),
  prediction('mask', two(0.4), 2),
  prediction('no_mask', two(0.3), 3),
];
const twoClasses = { classes: ['mask', 'no_mask'] as JudgedState[], believeFrom: 0.65 };

test('loss, accuracy and balanced accuracy are those worked out by hand', () => {
  const figures = classifierFigures(four, twoClasses);

  near(figures.loss, -(Math.log(0.9) + Math.log(0.8) + Math.log(0.4) + Math.log(0.7)) / 4);
  near(figures.accuracy, 3 / 4);
  near(figures.balancedAccuracy, (2 / 3 + 1) / 2);
  assert.deepEqual(figures.confusion, [
    [2, 1],
    [0, 1],
  ]);
});

test('precision, recall and F1 of each state, with intervals that hold them', () => {
  const [mask, bare] = classifierFigures(four, twoClasses).states;

  near(mask!.precision.value, 1);
  near(mask!.recall.value, 2 / 3);
  near(mask!.f1.value, 0.8);
  near(bare!.precision.value, 1 / 2);
  near(bare!.f1.value, 2 / 3);
  const [low, high] = mask!.recall.interval!;
  assert.ok(Math.abs(low - 0.2077) < 1e-4 && Math.abs(high - 0.9385) < 1e-4, `${low} ${high}`);
  assert.ok(mask!.f1.interval![0] < 0.8 && mask!.f1.interval![1] >= 0.8);
});

test('a threshold cuts the probability of mask of two classes, and has no say with three', () => {
  near(classifierFigures(four, { ...twoClasses, threshold: 0.35 }).accuracy, 1);
  near(classifierFigures(four, { ...twoClasses, threshold: 0.85 }).accuracy, 2 / 4);
  const classes: JudgedState[] = ['mask', 'no_mask', 'incorrect'];
  const three = classifierFigures(four, { ...twoClasses, classes, threshold: 0.85 });
  assert.equal(three.threshold, undefined);
  near(three.accuracy, 3 / 4);
});

test('faces of a state that the model cannot say are counted apart', () => {
  const wrongly = prediction('incorrect', two(0.7), 4);
  const figures = classifierFigures([...four, wrongly], twoClasses);

  assert.equal(figures.faces, 4);
  near(figures.accuracy, 3 / 4);
  assert.deepEqual(figures.apart, [{ state: 'incorrect', faces: 1, said: { mask: 1 } }]);
});

test('the calibration error weighs the distance of stated and right by the counts', () => {
  const { error, bins } = classifierFigures(four, twoClasses).calibration;

  // Bins of a fifteenth: 0.6 alone, 0.7 alone, 0.8 alone (its bin starts at 0.8), 0.9 alone.
  near(error, (0.6 + 0.3 + 0.2 + 0.1) / 4);
  assert.equal(bins.length, 15);
});

test('unknown is what the model is not sure enough of; what is left is wrong less often', () => {
  const { believed, coverage } = classifierFigures(four, twoClasses);

  assert.deepEqual(believed, { coverage: 0.75, risk: 0, threshold: 0.65, unknown: 0.25 });
  near(coverage[0]!.risk, 1 / 4);
  assert.equal(coverage.at(-1)!.risk, 0);
});

test('each source has its own figures', () => {
  const { sources } = classifierFigures(four, twoClasses);

  assert.deepEqual(
    sources.map(({ source, faces }) => [source, faces]),
    [
      ['office', 1],
      ['street', 3],
    ],
  );
  near(sources[1]!.accuracy, 2 / 3);
});

test('the same seed gives the same intervals, another one others', () => {
  const many = Array.from({ length: 60 }, (_, n) => prediction('mask', two((n % 10) / 10), n));
  const bare = Array.from({ length: 60 }, (_, n) =>
    prediction('no_mask', two((n % 7) / 10), n + 60),
  );
  const seeded = (seed: number) =>
    classifierFigures([...many, ...bare], { ...twoClasses, seed }).balancedAccuracyInterval;

  assert.deepEqual(seeded(1), seeded(1));
  assert.notDeepEqual(seeded(1), seeded(2));
});

test('no face gives figures without values, and no section breaks on them', () => {
  const figures = classifierFigures([], twoClasses);

  assert.equal(figures.accuracy, undefined);
  assert.equal(figures.loss, undefined);
  assert.ok(classifierSections(figures, []).length > 0);
});

test('sections list the errors first and draw what has a picture', () => {
  const drawn = four.map((one) => ({ ...one, thumbnail: new Uint8Array([1]) }));
  const sections = classifierSections(classifierFigures(drawn, twoClasses), drawn);

  const sheet = sections.find((section) => section.kind === 'sheet');
  assert.deepEqual(
    sheet?.tiles.map(({ wrong }) => wrong),
    [true, false, false, false],
  );
  assert.equal(sheet?.tiles[0]?.caption, 'mask, said no mask 60.0 %');
  const list = sections.at(-1);
  assert.ok(list?.kind === 'table');
  assert.deepEqual(list.rows[0], ['2.jpg', 'mask', 'no mask', '0.600', 'wrong']);
});

test('a face of a state that the model cannot say is listed last and not drawn as an error', () => {
  const wrongly = { ...prediction('incorrect', two(0.99), 4), thumbnail: new Uint8Array([1]) };
  const all = [wrongly, ...four];
  const sections = classifierSections(classifierFigures(all, twoClasses), all);

  assert.ok(sections.every(({ kind }) => kind !== 'sheet'));
  const list = sections.at(-1);
  assert.ok(list?.kind === 'table');
  assert.deepEqual(list.rows.at(-1), ['4.jpg', 'incorrect', 'mask', '0.990', 'cannot be said']);
});
