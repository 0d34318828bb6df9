import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatAgo, formatBytes, formatShare, formatSpan } from './format.ts';

test('says spans in the unit that fits', () => {
  assert.equal(formatSpan(420), '0.4 s');
  assert.equal(formatSpan(12_300), '12 s');
  assert.equal(formatSpan(180_000), '3 min');
  assert.equal(formatSpan(5 * 3_600_000), '5 h');
  assert.equal(formatSpan(-5), '0.0 s');
});

test('moves the age of a list in steps of five seconds at first', () => {
  assert.equal(formatAgo(1200), 'just now');
  assert.equal(formatAgo(13_900), '10 s ago');
  assert.equal(formatAgo(120_000), '2 min ago');
});

test('never rounds a share up to all', () => {
  assert.equal(formatShare(0.9991), '99.9 %');
  assert.equal(formatShare(1), '100 %');
});

test('says bytes with three digits', () => {
  assert.equal(formatBytes(999), '999 B');
  assert.equal(formatBytes(1_234_000_000), '1.2 GB');
});
