import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { systemClock } from '@maskwatch/platform/clock';
import { openSqliteStore } from './sqlite-store.ts';
import type { Store } from './store.ts';

const kills = 12;
const writer = new URL('./testing/commit-writer.ts', import.meta.url).pathname;

function lines(ledger: string): string[] {
  return existsSync(ledger) ? readFileSync(ledger, 'utf8').trimEnd().split('\n') : [];
}

async function writeAndKill(directory: string, ledger: string, run: number): Promise<void> {
  const before = lines(ledger).length;
  const child = spawn(process.execPath, [writer, directory, ledger, String(run)], {
    stdio: 'inherit',
  });
  const gone = once(child, 'exit');
  const deadline = performance.now() + 10_000;
  while (lines(ledger).length === before && performance.now() < deadline) await sleep(5);
  await sleep(10 + Math.random() * 120);
  child.kill('SIGKILL');
  assert.deepEqual(await gone, [null, 'SIGKILL'], 'it wrote until it was killed');
}

async function check(store: Store, line: string): Promise<void> {
  const [what, name] = line.split(' ');
  const alert = await store.alert(`a-${name}`);
  assert.ok(alert, `${line}: the alert is there`);
  assert.equal(alert.evidence.length, 1, `${line}: with its evidence`);
  const delivery = await store.delivery(`d-${name}`);
  assert.ok(delivery, `${line}: with its delivery`);
  if (what === 'delivered') assert.equal(delivery.state, 'delivered', line);
  if (what === 'end') assert.equal(alert.condition, 'ended', line);
}

describe('a store whose process is killed while it commits', () => {
  it(`loses nothing that was acknowledged, in ${kills} kills`, async (test) => {
    const directory = mkdtempSync(join(tmpdir(), 'maskwatch-kill-'));
    const ledger = join(directory, 'ledger');
    try {
      for (let run = 0; run < kills; run += 1) await writeAndKill(directory, ledger, run);

      const store = await openSqliteStore({ directory, clock: systemClock, reserveBytes: 4096 });
      const acknowledged = lines(ledger);
      for (const line of acknowledged) await check(store, line);
      const opened = acknowledged.filter((line) => line.startsWith('open ')).length;
      const deliveries = await store.deliveries({ limit: 1e9 });
      const { sequence } = await store.alertCounts();
      await store.close();

      // Each kill can hit between a commit and its line in the ledger, and never leaves half of one.
      assert.ok(deliveries.length >= opened && deliveries.length <= opened + kills);
      const changes = acknowledged.filter((line) => !line.startsWith('delivered ')).length;
      assert.ok(sequence >= changes && sequence <= changes + kills, `${sequence} and ${changes}`);
      test.diagnostic(`${acknowledged.length} acknowledged commits, ${opened} alerts`);
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  });
});
