import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { systemClock } from '@maskwatch/platform/clock';
import { storeContract } from './contract-suite.ts';
import { openSqliteStore } from './sqlite-store.ts';

const root = mkdtempSync(join(tmpdir(), 'maskwatch-store-'));
after(() => rmSync(root, { recursive: true, force: true }));

storeContract('SQLite', () =>
  openSqliteStore({
    directory: mkdtempSync(join(root, 'store-')),
    clock: systemClock,
    reserveBytes: 4096,
  }),
);
