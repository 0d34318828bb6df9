import assert from 'node:assert/strict';
import { test } from 'node:test';
import { numbers, parseCfg, place, positive, wholeNumbers } from './darknet-cfg.ts';

test('sections carry their layer number, their line and the line of each option', () => {
  const [net, first, second] = parseCfg(
    '# a network\n[net]\nchannels=3\n\n[convolutional]\nfilters = 8 # few\r\nsize=3\n[yolo]\n',
  );

  assert.equal(place(net!), 'line 2');
  assert.equal(place(first!), 'layer 0, line 5');
  assert.equal(place(first!, 'filters'), 'layer 0, line 6');
  assert.equal(positive(first!, 'filters'), 8);
  assert.equal(place(second!), 'layer 1, line 8');
});

test('lists are read with and without spaces', () => {
  const [net] = parseCfg('[net]\nlayers=-1, -3,-5\nanchors=6,8,  11.5,14\n');

  assert.deepEqual(wholeNumbers(net!, 'layers'), [-1, -3, -5]);
  assert.deepEqual(numbers(net!, 'anchors'), [6, 8, 11.5, 14]);
});

test('a text that is no cfg is refused by its line', () => {
  assert.throws(() => parseCfg(''), /line 1: a darknet cfg starts with the section \[net\]/);
  assert.throws(() => parseCfg('[convolutional]\n'), /starts with the section \[net\]/);
  assert.throws(() => parseCfg('[net]\nwidth\n'), /line 2: "width" is neither/);
  assert.throws(() => parseCfg('width=3\n'), /line 1: "width=3" is neither/);
  assert.throws(() => parseCfg('[net]\nwidth=1\nwidth=2\n'), /line 3: width stands twice/);
  assert.throws(() => parseCfg('[net]\n[a]\nb=1\nb=2\n'), /line 4: b stands twice/);
});

test('a number that cannot be read is refused by its line', () => {
  const [net] = parseCfg('[net]\nsize=three\nstride=0\n');

  assert.throws(() => positive(net!, 'size'), /line 2: size=three cannot be read/);
  assert.throws(() => positive(net!, 'stride'), /line 3: stride=0 must be at least 1/);
  assert.throws(() => positive(net!, 'filters'), /line 1: \[net\] needs filters/);
});

test('a long list with a fault at its end is refused at once', () => {
  const [net] = parseCfg(`[net]\nanchors=${Array(600).fill('10.25').join(',')},x\n`);
  const started = performance.now();

  assert.throws(() => numbers(net!, 'anchors'), /line 2: anchors=.{80} cannot be read/);
  assert.ok(performance.now() - started < 500);
});

test('a cfg that no network needs is refused by its line', () => {
  const [net] = parseCfg('[net]\nsize=99999999999999999999\nstride=65\n');

  assert.throws(() => positive(net!, 'size'), /line 2: size=99999999999999999999 cannot be read/);
  assert.throws(() => positive(net!, 'stride'), /line 3: stride=65 must be at most 64/);
  assert.throws(() => parseCfg(`[net]\na=${'1'.repeat(5000)}`), /line 2: it has 5002 characters/);
  assert.throws(() => parseCfg(`[net]\n${'[route]\n'.repeat(3000)}`), /line 2002: more than 2000/);
  assert.throws(() => parseCfg(`[net]${'\n'.repeat(60_000)}`), /at most 1000000 characters/);
});

test('what steers the training may stand twice, as in cfgs for training and testing', () => {
  const [net, layer] = parseCfg('[net]\nbatch=64\nbatch=1\n[maxpool]\nsize=2\nsize=2\n');

  assert.equal(positive(net!, 'batch'), 64);
  assert.equal(positive(layer!, 'size'), 2);
});
