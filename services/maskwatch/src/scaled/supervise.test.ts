/** Real processes: a supervisor, and children that end in each way. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { suite, type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { WorkerDeath } from '@maskwatch/contracts/scaled';

const script = fileURLToPath(new URL('testing/supervised-child.ts', import.meta.url));

interface Child {
  pid: number;
  /** What it was told of the one before. */
  death?: WorkerDeath;
}

interface Supervisor {
  /** Answers with each child when it has begun. */
  next(): Promise<Child>;
  /** SIGTERM; answers with the exit status. */
  end(): Promise<number | null>;
}

function supervisor(t: TestContext, how: string): Supervisor {
  const child = spawn(process.execPath, [script, how], { stdio: ['ignore', 'pipe', 'ignore'] });
  const ended = once(child, 'exit') as Promise<[number | null]>;
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const end = async () => {
    child.kill('SIGTERM');
    const [code] = await ended;
    return code;
  };
  t.after(end);
  return { next: async () => JSON.parse((await lines.next()).value ?? '{}'), end };
}

suite('a supervisor', { concurrency: 4 }, () => {
  test('knows what was under way also of a child that aborts in the instant after saying it', async (t) => {
    const { next } = supervisor(t, 'abort');
    assert.equal((await next()).death, undefined);
    for (let n = 0; n < 3; n += 1) {
      const { death } = await next();

      assert.deepEqual(death?.cameraIds, ['yard']);
      assert.ok(Math.abs(Date.now() - death.at) < 10_000);
    }
  });

  test('tells of a fatal signal and a failure, not of a SIGKILL that others sent', async (t) => {
    const { next } = supervisor(t, 'works');
    const told: (string[] | undefined)[] = [];
    for (const signal of ['SIGSEGV', 'SIGKILL', 'SIGUSR2'] as const) {
      const { pid, death } = await next();
      told.push(death?.cameraIds);
      process.kill(pid, signal);
    }
    told.push((await next()).death?.cameraIds);

    assert.deepEqual(told, [undefined, ['gate', 'yard'], undefined, ['gate', 'yard']]);
  });

  test('tells of no camera where none was under way', async (t) => {
    const { next } = supervisor(t, 'idle');
    process.kill((await next()).pid, 'SIGABRT');

    assert.equal((await next()).death, undefined);
  });

  test('kills a child of which one thread hangs while others go on, and tells of it', async (t) => {
    const { next } = supervisor(t, 'stuck');
    const { pid } = await next();
    const second = await next();

    assert.notEqual(second.pid, pid);
    assert.deepEqual(second.death?.cameraIds, ['gate', 'yard']);
  });

  test('ends with 0 after SIGTERM, also where something would keep the child for good', async (t) => {
    const { next, end } = supervisor(t, 'kept');
    await next();

    assert.equal(await end(), 0);
  });
});
