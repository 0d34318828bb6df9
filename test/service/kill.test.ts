import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { killRun } from './kill-run.ts';

test('what was announced before a kill -9 arrives, once and unchanged', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'maskwatch-kill-'));
  t.after(() => rm(folder, { recursive: true, force: true }));

  const { faults } = await killRun({
    folder,
    kills: [
      { who: 'hub', when: 'after-commit', delayMs: 20 },
      { who: 'vision', when: 'whenever', delayMs: 0 },
      { who: 'hub', when: 'in-attempt' },
    ],
    receiverDownMs: 12_000,
    calmMs: 0,
    print: (line) => t.diagnostic(line),
  });

  assert.deepEqual(faults, []);
});
