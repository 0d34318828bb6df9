import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EvidenceCandidate } from '@maskwatch/contracts/bus';
import { EvidenceLedger } from './evidence-ledger.ts';

const minute = 60_000;

function candidate(trackId: string, quality = 1): EvidenceCandidate {
  return {
    ...{ cameraId: 'gate', trackId, capturedAt: 0, quality },
    ...{ width: 1280, height: 720, box: [0, 0, 40, 40] },
    crop: { width: 60, height: 60, box: [10, 10, 40, 40] },
    ...{ pictureBytes: 3, cropBytes: 2 },
  };
}

const bytes = Uint8Array.of(1, 2, 3, 4, 5);

test('the better candidate of a track is kept, with bytes of its own', () => {
  const ledger = new EvidenceLedger();
  const received = Uint8Array.from(bytes);
  ledger.offer(candidate('a', 2), received, 0);
  ledger.offer(candidate('a', 1), Uint8Array.of(9, 9, 9, 9, 9), 1);
  received.fill(0);

  const best = ledger.best('a')!;
  assert.equal(best.candidate.quality, 2);
  assert.deepEqual([...best.picture, ...best.crop], [1, 2, 3, 4, 5]);
  assert.deepEqual([best.picture.length, best.crop.length], [3, 2]);
  assert.equal(ledger.best('b'), undefined);
});

test('of too many tracks the one that was longest not improved is given up, and counted', () => {
  const ledger = new EvidenceLedger();
  for (let n = 0; n < 64; n += 1) ledger.offer(candidate(`t${n}`), bytes, n);
  ledger.offer(candidate('t0', 2), bytes, 64);
  ledger.offer(candidate('new'), bytes, 65);

  assert.deepEqual([ledger.held, ledger.dropped], [64, 1]);
  assert.equal(ledger.best('t1'), undefined);
  assert.equal(ledger.best('t0')?.candidate.quality, 2);
});

test('a candidate that was not improved for five minutes goes, and is no loss', () => {
  const ledger = new EvidenceLedger();
  ledger.offer(candidate('old'), bytes, 0);
  ledger.offer(candidate('young'), bytes, 4 * minute);
  ledger.expire(5 * minute);
  assert.equal(ledger.held, 2);

  ledger.expire(5 * minute + 1);

  assert.deepEqual([ledger.held, ledger.dropped], [1, 0]);
  assert.ok(ledger.best('young'));
});
