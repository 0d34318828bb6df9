import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FakeClock } from '@maskwatch/platform/clock';
import { CameraSupervisor, type SupervisorOptions } from './camera-supervisor.ts';
import type { DecoderEnd, DecoderRunOptions, StartDecoder } from './decoder-run.ts';
import { failureReason } from './failure-reason.ts';
import { FrameBuffers } from './frame-buffers.ts';
import type { Frame, SourceStatus } from './frame-source.ts';
import { sourceAddress } from './source-address.ts';
import { StartLimiter } from './start-limiter.ts';

const decoder = {
  ...{ ffmpeg: 'ffmpeg', ffprobe: 'ffprobe', release: '5.1' },
  ...{ version: { format: [59, 27] as const }, missing: [] },
};

/** Runs that end, and send pictures, when the test says so. */
class ScriptedDecoder {
  readonly starts: number[] = [];
  readonly clock: FakeClock;
  /** Lines with which each new run fails at once. */
  failWith: string[] | undefined;
  #options: DecoderRunOptions | undefined;
  #buffers = new FrameBuffers({ width: 16, height: 16, prefix: 0, count: 2 });
  #end: ((end: DecoderEnd) => void) | undefined;
  #value = 0;

  constructor(clock: FakeClock) {
    this.clock = clock;
  }

  readonly start: StartDecoder = async (options) => {
    this.starts.push(this.clock.now());
    this.#options = options;
    const ended = new Promise<DecoderEnd>((resolve) => {
      this.#end = resolve;
    });
    if (this.failWith !== undefined) this.fail(...this.failWith);
    const stop = () => {
      this.fail();
      return ended;
    };
    return { pid: 1, ended, stop };
  };

  fail(...lines: string[]): void {
    this.#end?.({ code: 0, lines });
  }

  /** Fails, and lets the supervisor notice before time goes on. */
  async cut(...lines: string[]): Promise<void> {
    this.fail(...lines);
    await this.clock.advance(0);
  }

  send(changed = true): void {
    const buffer = this.#buffers.take();
    if (changed) this.#value += 1;
    buffer.bytes.fill(this.#value & 255);
    this.#options!.onPicture(buffer, this.#buffers);
  }

  /** Sends at 5 frames a second for so long. */
  async play(ms: number, changed = true): Promise<void> {
    for (let at = 0; at < ms; at += 200) {
      await this.clock.advance(200);
      this.send(changed);
    }
  }
}

interface Watched {
  clock: FakeClock;
  script: ScriptedDecoder;
  supervisor: CameraSupervisor;
  states: SourceStatus[];
  frames: Frame[];
}

function watch(changes: Partial<SupervisorOptions> = {}, clock = new FakeClock()): Watched {
  const script = new ScriptedDecoder(clock);
  const states: SourceStatus[] = [];
  const frames: Frame[] = [];
  const supervisor = new CameraSupervisor(
    {
      ...{ cameraId: 'gate', address: sourceAddress({ source: 'rtsp://cam/' }, { demoFilm: '' }) },
      ...{ decoder, rate: 5, maxWidth: 1280, maxHeight: 720, limiter: new StartLimiter(), clock },
      ...{ random: () => 0, startDecoder: script.start, probeAddress: async () => undefined },
      ...changes,
    },
    { onFrame: (frame) => frames.push(frame), onStatus: (status) => states.push(status) },
  );
  return { clock, script, supervisor, states, frames };
}

const REFUSED = 'rtsp://cam/: Connection refused';

test('a camera is live from its first picture, and its frames carry arrival time', async () => {
  const { clock, script, supervisor, states, frames } = watch();
  supervisor.start();
  await clock.advance(0);
  await script.play(600);
  assert.deepEqual(
    states.map((status) => status.state),
    ['live'],
  );
  assert.deepEqual(
    frames.map((frame) => frame.sequence),
    [0, 1],
  );
  assert.equal(frames[1]!.capturedAt, clock.now());
  await supervisor.stop();
});

test('every end of a live source is a failure, also with code 0', async () => {
  const { clock, script, supervisor, states } = watch();
  supervisor.start();
  await clock.advance(0);
  await script.play(1000);
  await script.cut();
  await clock.advance(600);
  assert.equal(script.starts.length, 2);
  assert.deepEqual(
    states.map((status) => status.state),
    ['live'],
  );
  await supervisor.stop();
});

test('a camera that falls silent is stalled after 10 s while its address takes connections', async () => {
  const { clock, script, supervisor, states } = watch();
  supervisor.start();
  await clock.advance(0);
  await script.play(1000);
  await clock.advance(9_900);
  assert.equal(supervisor.status.state, 'live');
  script.failWith = ['rtsp://cam/: Connection timed out'];
  await clock.advance(200);
  assert.deepEqual([supervisor.status.state, supervisor.status.cause], ['stalled', 'timeout']);

  await clock.advance(30_000);
  assert.equal(states.length, 2);
  script.failWith = undefined;
  await clock.advance(3000);
  await script.play(400);
  assert.equal(supervisor.status.state, 'live');
  await supervisor.stop();
});

test('a last old picture of a decoder that gives up ends no silence', async () => {
  const { clock, script, supervisor } = watch();
  supervisor.start();
  await clock.advance(0);
  await script.play(1000);
  await clock.advance(5000);
  script.send();
  await script.cut('rtsp://cam/: Connection timed out');
  script.failWith = ['rtsp://cam/: Connection timed out'];
  await clock.advance(5200);
  assert.deepEqual([supervisor.status.state, supervisor.status.cause], ['stalled', 'timeout']);
  await supervisor.stop();
});

test('a silent camera whose address takes no connection is offline', async () => {
  const probeAddress = async () => failureReason(['No route to host']);
  const { clock, script, supervisor } = watch({ probeAddress });
  supervisor.start();
  await clock.advance(0);
  await script.play(1000);
  await clock.advance(10_200);
  assert.deepEqual([supervisor.status.state, supervisor.status.cause], ['offline', 'unreachable']);
  await supervisor.stop();
});

test('a wrong password is tried once a minute, and stays the cause', async () => {
  const { clock, script, supervisor } = watch();
  script.failWith = ['method DESCRIBE failed: 401 Unauthorized'];
  supervisor.start();
  await clock.advance(0);
  await clock.advance(59_000);
  assert.equal(script.starts.length, 1);
  assert.deepEqual([supervisor.status.state, supervisor.status.cause], ['offline', 'credentials']);
  await clock.advance(2_000);
  assert.equal(script.starts.length, 2);
  await supervisor.stop();
});

test('a full camera is left alone for a minute', async () => {
  const { clock, script, supervisor } = watch();
  script.failWith = ['method DESCRIBE failed: 453 Not Enough Bandwidth'];
  supervisor.start();
  await clock.advance(0);
  await clock.advance(59_000);
  assert.equal(script.starts.length, 1);
  assert.equal(supervisor.status.cause, 'too-many-sessions');
  await supervisor.stop();
});

test('comes back from two hundred cuts, each within 3 s', async () => {
  const { clock, script, supervisor } = watch();
  supervisor.start();
  await clock.advance(0);
  for (let cut = 0; cut < 200; cut += 1) {
    await script.play(600);
    assert.equal(supervisor.status.state, 'live');
    await script.cut(REFUSED);
    await clock.advance(3000);
    assert.equal(script.starts.length, cut + 2);
  }
  await supervisor.stop();
});

test('a camera that was away for an hour is back within 30 s', async () => {
  const { clock, script, supervisor } = watch();
  script.failWith = [REFUSED];
  supervisor.start();
  await clock.advance(3_600_000);
  const tries = script.starts.length;
  assert.ok(tries > 100 && tries < 200, `${tries} tries`);
  script.failWith = undefined;
  await clock.advance(30_000);
  await script.play(400);
  assert.equal(supervisor.status.state, 'live');
  await supervisor.stop();
});

test('of fifty cameras that lost power four start at once, and one dead one holds up none', async () => {
  const clock = new FakeClock();
  const limiter = new StartLimiter(4);
  const cameras = Array.from({ length: 50 }, () => watch({ limiter }, clock));
  for (const { supervisor } of cameras) supervisor.start();
  await clock.advance(0);
  const started = () => cameras.filter(({ script }) => script.starts.length > 0).length;
  assert.equal(started(), 4);

  for (let i = 0; i < 12; i += 1) await clock.advance(3000);
  assert.ok(started() >= 49, `${started()} of 50 were started though none answers`);
  await Promise.all(cameras.map(({ supervisor }) => supervisor.stop()));
});

test('one camera that is offline changes nothing for the other', async () => {
  const clock = new FakeClock();
  const dead = watch({}, clock);
  const live = watch({}, clock);
  dead.script.failWith = [REFUSED];
  dead.supervisor.start();
  live.supervisor.start();
  await clock.advance(0);
  await live.script.play(30_000);
  assert.equal(dead.supervisor.status.state, 'offline');
  assert.equal(live.supervisor.status.state, 'live');
  assert.equal(live.supervisor.counters.received, 150);
  await Promise.all([dead.supervisor.stop(), live.supervisor.stop()]);
});

test('a picture that stays the same for a minute is frozen, and one reconnect is tried', async () => {
  const { clock, script, supervisor, states, frames } = watch();
  supervisor.start();
  await clock.advance(0);
  await script.play(2000);
  for (let second = 0; second < 61; second += 1) {
    await script.play(1000, false);
    for (const frame of frames.splice(0)) frame.release();
  }
  assert.equal(supervisor.status.state, 'frozen');
  await clock.advance(1000);
  assert.equal(script.starts.length, 2);
  await script.play(20_000, false);
  assert.equal(script.starts.length, 2);
  await script.play(400);
  assert.deepEqual(
    states.map((status) => status.state),
    ['live', 'frozen', 'live'],
  );
  await supervisor.stop();
});

test('never touches a frame that is held: what finds no buffer is read and counted', async () => {
  const { clock, script, supervisor, frames } = watch();
  supervisor.start();
  await clock.advance(0);
  await script.play(2000);
  assert.equal(frames.length, 2);
  const bytes = Buffer.from(frames[0]!.picture.planes[0].data);
  await script.play(1000);
  assert.equal(Buffer.compare(frames[0]!.picture.planes[0].data, bytes), 0);
  assert.deepEqual(supervisor.counters, { received: 15, replaced: 12, discarded: 1, starts: 1 });
  frames[0]!.release();
  frames[0]!.release();
  await script.play(400);
  assert.equal(frames.length, 3);
  await supervisor.stop();
});

test('a stop while waiting for the next try is over at once', async () => {
  const { clock, script, supervisor } = watch();
  script.failWith = [REFUSED];
  supervisor.start();
  await clock.advance(10);
  await supervisor.stop();
  const tries = script.starts.length;
  await clock.advance(60_000);
  assert.equal(script.starts.length, tries);
});
