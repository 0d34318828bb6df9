import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Probabilities } from '@maskwatch/contracts/mask-state';
import { Votes } from './votes.ts';

const start = 1_000_000;
const bare: Probabilities = { mask: 0.03, no_mask: 0.94, incorrect: 0.03 };
const masked: Probabilities = { mask: 0.94, no_mask: 0.03, incorrect: 0.03 };
const doubtful: Probabilities = { mask: 0.3, no_mask: 0.55, incorrect: 0.15 };

/** Five looks a second from one second until before another. */
function look(votes: Votes, said: Probabilities, seconds: [number, number]): void {
  for (let i = Math.round(seconds[0] * 5); i < Math.round(seconds[1] * 5); i += 1) {
    votes.add({ at: start + i * 200, probabilities: said, size: 60, sharpness: 1 });
  }
}

test('a look of which the classifier is not sure enough adds nothing', () => {
  const votes = new Votes(0.7, start);

  look(votes, doubtful, [0, 5]);

  assert.equal(votes.state, 'unknown');
  assert.equal(votes.looks, 0);
  assert.deepEqual(votes.probabilities, {});
});

test('a change needs a second of opposing lead and began with the first look for it', () => {
  const votes = new Votes(0.7, start);
  look(votes, masked, [0, 2]);
  assert.equal(votes.state, 'mask');

  look(votes, bare, [2, 3]);
  assert.equal(votes.state, 'mask');

  look(votes, bare, [3, 5]);
  assert.equal(votes.state, 'no_mask');
  assert.equal(votes.stateSince, start + 2000);
});

test('a short burst of mistakes changes nothing but asks for more looks', () => {
  const votes = new Votes(0.7, start);
  look(votes, masked, [0, 5]);
  assert.equal(votes.contested, false);

  look(votes, bare, [5, 6]);
  assert.equal(votes.contested, true);

  look(votes, masked, [6, 8]);
  assert.equal(votes.state, 'mask');
  assert.equal(votes.contested, false);
});

test('looks that follow each other closely count as one', () => {
  const often = new Votes(0.7, start);
  for (let i = 0; i <= 20; i += 1) {
    often.add({ at: start + i * 10, probabilities: bare, size: 60, sharpness: 1 });
  }
  const seldom = new Votes(0.7, start);
  for (const ms of [0, 200]) {
    seldom.add({ at: start + ms, probabilities: bare, size: 60, sharpness: 1 });
  }

  assert.equal(often.state, 'unknown');
  const apart = often.probabilities.no_mask! - seldom.probabilities.no_mask!;
  assert.ok(Math.abs(apart) < 0.01, `${apart}`);
});

test('a small or blurred face has less of a vote', () => {
  const belief = (size: number, sharpness: number) => {
    const votes = new Votes(0.7, start);
    votes.add({ at: start, probabilities: bare, size, sharpness });
    return votes.probabilities.no_mask!;
  };

  assert.ok(belief(32, 1) < belief(60, 1));
  assert.ok(belief(60, 0.1) < belief(60, 1));
});

test('a classifier of two states is believed as well, and its probabilities sum to 1', () => {
  const votes = new Votes(0.7, start);

  look(votes, { mask: 0.1, no_mask: 0.9 }, [0, 2]);

  assert.equal(votes.state, 'no_mask');
  assert.deepEqual(Object.keys(votes.probabilities).toSorted(), ['mask', 'no_mask']);
  const sum = votes.probabilities.mask! + votes.probabilities.no_mask!;
  assert.ok(Math.abs(sum - 1) < 1e-9);
});

test('a state that no look confirms for more than 2 s is given up, and a good look restores it', () => {
  const votes = new Votes(0.7, start);
  look(votes, bare, [0, 3]);

  votes.pass(start + 4700, 200);
  assert.equal(votes.state, 'no_mask');
  votes.pass(start + 4900, 200);
  assert.equal(votes.state, 'unknown');

  look(votes, bare, [5, 5.2]);
  assert.equal(votes.state, 'no_mask');
  assert.equal(votes.stateSince, start + 5000);
});

test('after a reset all starts again', () => {
  const votes = new Votes(0.7, start);
  look(votes, bare, [0, 3]);

  votes.reset(start + 3000);
  assert.equal(votes.state, 'unknown');

  look(votes, masked, [3, 3.6]);
  assert.equal(votes.state, 'unknown');
  look(votes, masked, [3.6, 3.8]);
  assert.equal(votes.state, 'mask');
});
