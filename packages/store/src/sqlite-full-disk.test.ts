import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  closeSync,
  existsSync,
  mkdtempSync,
  openSync,
  rmdirSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { systemClock } from '@maskwatch/platform/clock';
import { Problem } from '@maskwatch/platform/problem';
import { aDelivery, anOpening } from './builders.ts';
import { openSqliteStore } from './sqlite-store.ts';
import type { Store } from './store.ts';

const isFull = (error: unknown) => error instanceof Problem && error.code === 'store-full';

const picture = JSON.stringify({ data: { picture: 'A'.repeat(270_000) } });

const opening = (name: string, body = '{}') =>
  anOpening(name, { deliveries: [aDelivery({ id: `d-${name}`, body })] });

/** Takes the disk's room to the last byte. */
function fill(path: string): void {
  const file = openSync(path, 'a');
  try {
    for (let size = 1 << 20; size >= 1; ) {
      try {
        writeSync(file, Buffer.alloc(size));
      } catch (error) {
        assert.equal((error as NodeJS.ErrnoException).code, 'ENOSPC');
        size = Math.floor(size / 2);
      }
    }
  } finally {
    closeSync(file);
  }
}

describe('a store on a full disk', () => {
  let disk: string;
  let store: Store;
  const reopen = async () => {
    store = await openSqliteStore({ directory: join(disk, 'data'), clock: systemClock });
  };

  beforeEach(async () => {
    disk = mkdtempSync(join(tmpdir(), 'maskwatch-disk-'));
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=48m', 'tmpfs', disk], { stdio: 'pipe' });
    } catch (error) {
      rmdirSync(disk);
      throw new Error('this test mounts a small tmpfs and needs root for it', { cause: error });
    }
    await reopen();
  });

  afterEach(async () => {
    await store?.close();
    execFileSync('umount', [disk]);
    rmdirSync(disk);
  });

  it('refuses an alert whole, and takes it without its picture from the reserve', async () => {
    await store.open(opening('before'));
    fill(join(disk, 'filler'));
    assert.equal((await store.space()).freeBytes, 0);

    await assert.rejects(store.open(opening('1', picture)), isFull);

    assert.equal(await store.alert('a-1'), undefined);
    assert.equal(await store.delivery('d-1'), undefined);
    assert.equal((await store.alert('a-before'))?.sequence, 1, 'reading goes on');

    assert.equal(await store.releaseReserve(), true);
    assert.equal((await store.open(opening('1'))).sequence, 2);
    const due = await store.claimDue({
      endpointId: 'office',
      now: 2e12,
      leaseUntil: 3e12,
      limit: 9,
    });
    assert.equal(due.length, 2);
    assert.equal(await store.restoreReserve(), false, 'there is no room for it yet');
    assert.equal(await store.releaseReserve(), false, 'it was given up already');
  });

  it('goes on when there is room again, and makes the reserve anew', async () => {
    fill(join(disk, 'filler'));
    await assert.rejects(store.open(opening('1', picture)), isFull);
    await store.releaseReserve();
    fill(join(disk, 'filler'));
    await assert.rejects(store.open(opening('1', picture)), isFull);

    rmSync(join(disk, 'filler'));

    await store.open(opening('1', picture));
    assert.equal(await store.restoreReserve(), true);
    assert.ok(existsSync(join(disk, 'data', 'maskwatch.reserve')));
    assert.equal(await store.restoreReserve(), true, 'and does so once');
  });

  it('keeps every acknowledged alert through refusals and a restart on the full disk', async () => {
    let count = 0;
    fill(join(disk, 'filler'));
    await store.releaseReserve();
    await assert.rejects(async () => {
      for (;;) {
        await store.open(opening(`${count}`, picture));
        count += 1;
      }
    }, isFull);
    await store.close();

    fill(join(disk, 'filler'));
    await reopen();
    assert.equal((await store.alertCounts()).newCount, count, 'before there is room again');
    await store.close();
    rmSync(join(disk, 'filler'));
    await reopen();

    assert.ok(count > 10, `${count}`);
    assert.equal((await store.alertCounts()).newCount, count);
  });

  it('opens with the reserve untouched, which then serves the next alert', async () => {
    await store.open(opening('1'));
    await store.close();
    fill(join(disk, 'filler'));

    await reopen();

    assert.equal((await store.alert('a-1'))?.id, 'a-1');
    assert.equal(existsSync(join(disk, 'data', 'maskwatch.reserve')), true);
    await assert.rejects(store.open(opening('2', picture)), { code: 'store-full' });
    await store.releaseReserve();
    await store.open(opening('2', picture));
  });
});
