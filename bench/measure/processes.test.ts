import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { cpuSeconds, ownMemory, processTree } from './processes.ts';

const busy = 'while (process.cpuUsage().user < 300e3);';

test('counts a child while it runs and after it has ended', async () => {
  const before = cpuSeconds(process.pid);
  const child = spawn(process.execPath, ['-e', busy]);
  const tree = processTree(process.pid);
  await once(child, 'close');
  const used = cpuSeconds(process.pid) - before;

  assert.ok(tree.includes(child.pid!), 'a child belongs to the tree');
  assert.ok(used >= 0.25, `${used} s of at least 0.3 s`);
});

test('memory of a process is its own', () => {
  const before = ownMemory(process.pid);
  const held = Buffer.alloc(64e6, 1);
  const grown = ownMemory(process.pid) - before;

  assert.ok(grown > 50e6, `${grown} bytes for ${held.length}`);
});

test('a process that is gone has no tree', () => {
  assert.deepEqual(processTree(2 ** 22 + 1), []);
});
