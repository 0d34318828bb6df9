import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ChildOptions, encodeUserInfo, findProgram, startChild } from './child-process.ts';
import { FakeClock, systemClock } from './clock.ts';

function start(script: string, options: Partial<ChildOptions> = {}) {
  return startChild({ command: 'sh', args: ['-c', script], clock: systemClock, ...options });
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

test('keeps the last hundred lines of a flood, and hands on twenty a second', async () => {
  const handedOn: string[] = [];
  let every = 0;
  const clock = new FakeClock();
  const child = start('i=0; while [ $i -lt 5000 ]; do echo "line $i" >&2; i=$((i+1)); done', {
    clock,
    onLine: (line) => handedOn.push(line),
    onEveryLine: () => {
      every += 1;
    },
  });

  const end = await child.ended;

  assert.equal(end.code, 0);
  assert.equal(every, 5000);
  assert.equal(child.lastLines().length, 100);
  assert.equal(child.lastLines().at(-1), 'line 4999');
  assert.equal(handedOn.length, 20);
  assert.equal(child.droppedLines, 4980);
});

test('cuts a line without an end', async () => {
  const child = start('head -c 3000000 /dev/zero | tr "\\0" x >&2');
  await child.ended;
  assert.ok(child.lastLines().every((line) => line.length <= 500));
});

test('shows no password, raw or encoded, and no credentials of an address', async () => {
  const password = 'pa$$w#rd@50%';
  const child = startChild({
    command: 'sh',
    args: [
      '-c',
      'for a; do echo "cannot open $a" >&2; done; echo "rtsp://u:p@host/x" >&2',
      'sh',
      password,
      encodeURIComponent(password),
      `rtsp://me:${encodeUserInfo(password)}@camera/live`,
      `tail ${password}/live`,
    ],
    clock: systemClock,
    secrets: [password],
  });
  await child.ended;
  const said = child.lastLines().join('\n');
  assert.ok(!said.includes('pa$$w') && !said.includes('pa%24'), said);
  assert.ok(!said.includes('u:p@'), said);
  assert.equal(child.lastLines().length, 5);
});

test('stops politely, and answers when the child is gone', async () => {
  const child = start(
    'trap "echo bye >&2; exit 7" TERM; echo up >&2; while :; do sleep 0.05; done',
  );
  while (child.lastLines().length === 0) await sleep(10);

  const end = await child.stop();

  assert.equal(end.code, 7);
  assert.deepEqual(child.lastLines(), ['up', 'bye']);
  assert.deepEqual(await child.stop(), end);
});

test('kills who does not listen', async () => {
  const child = start('trap "" TERM; echo up >&2; while :; do sleep 0.05; done', {
    forceAfterMs: 200,
  });
  while (child.lastLines().length === 0) await sleep(10);
  assert.equal((await child.stop()).signal, 'SIGKILL');
});

test('a child that is blocked by an unread output is stopped as quickly', async () => {
  const child = startChild({
    command: 'ffmpeg',
    args: '-nostdin -v error -f lavfi -i testsrc2=s=1280x720 -f rawvideo pipe:1'.split(' '),
    clock: systemClock,
    stdout: 'pipe',
  });
  await sleep(500);

  const began = performance.now();
  await child.stop();

  assert.ok(performance.now() - began < 1000);
  assert.equal(isAlive(child.pid!), false);
});

test('a program that is nowhere is an end with an error, not a crash', async () => {
  const child = start('', { command: 'no-such-program' });
  const end = await child.ended;
  assert.match(end.error?.message ?? '', /ENOENT/);
  await child.stop();
});

test('a child dies with its parent, even by kill -9', async (t) => {
  if (findProgram('setpriv') === undefined) return t.skip('there is no setpriv here');
  const url = new URL('./child-process.ts', import.meta.url).href;
  const clock = new URL('./clock.ts', import.meta.url).href;
  const script = `
    const { startChild } = await import(${JSON.stringify(url)});
    const { systemClock } = await import(${JSON.stringify(clock)});
    const child = startChild({ command: 'sleep', args: ['60'], clock: systemClock });
    console.log(child.pid);
    setInterval(() => {}, 1000);`;
  const parent = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = await once(createInterface({ input: parent.stdout }), 'line');
  const pid = Number(line);
  assert.ok(isAlive(pid));

  parent.kill('SIGKILL');
  await once(parent, 'exit');
  for (let i = 0; i < 100 && isAlive(pid); i += 1) await sleep(20);

  assert.equal(isAlive(pid), false);
});
