/** Hubs as processes on one real PostgreSQL and one real Redis, for tests. */
import assert from 'node:assert/strict';
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Config } from '@maskwatch/contracts/config';
import { startPostgres } from '@maskwatch/platform/testing/postgres-server';
import { startRedis } from '@maskwatch/platform/testing/redis-server';
import { openPostgresStore } from '@maskwatch/store/postgres-store';
import { ASpeaker } from './a-speaker.ts';

const script = fileURLToPath(new URL('hub-process.ts', import.meta.url));

export interface HubState {
  port: number;
  active: boolean;
  term?: number;
  outdated: number;
  cameras: { id: string; blind: boolean }[];
}

export class HubProcess {
  readonly #child: ChildProcess;
  /** Nobody ended it. */
  #due = true;
  /** That it ended by itself. */
  died = false;
  state: HubState | undefined;
  log = '';

  constructor(args: string[]) {
    this.#child = fork(script, args, { stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
    this.#child.on('message', (state) => {
      this.state = state as HubState;
    });
    this.#child.once('exit', () => {
      this.died = this.#due;
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.on('data', (chunk: Buffer) => {
        this.log += chunk.toString();
      });
    }
  }

  get active(): boolean {
    return this.state?.active === true;
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  async end(signal: NodeJS.Signals): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    this.#due = false;
    const gone = once(this.#child, 'exit');
    this.#child.kill('SIGCONT');
    this.#child.kill(signal);
    await gone;
  }
}

export async function severalHubs(t: TestContext, given: object) {
  const [postgres, redis] = await Promise.all([startPostgres(), startRedis('frames')]);
  const config = Config.parse({
    cameras: [{ id: 'gate', source: 'rtsp://192.0.2.1/live' }],
    access: { port: 0 },
    ...given,
  });
  const { store } = await openPostgresStore({ url: postgres.url });
  const hubs: HubProcess[] = [];
  const speakers: ASpeaker[] = [];
  t.after(async () => {
    for (const speaker of speakers) await speaker.close();
    await Promise.all(hubs.map((hub) => hub.end('SIGKILL')));
    await store.close();
    await Promise.all([postgres.close(), redis.close()]);
    for (const { died, log } of hubs) if (died) console.error(log);
    assert.ok(!hubs.some(({ died }) => died), 'a hub ended by itself');
  });
  return {
    ...{ postgres, redis, store },
    /** By other ways to its engines where ports of them are given. */
    hub(id: string, by: { redis?: number; postgres?: number } = {}): HubProcess {
      const durations = { offlineAfter: '30s', ...given };
      const raw = { cameras: [{ id: 'gate', source: 'rtsp://192.0.2.1/live' }], ...durations };
      const text = JSON.stringify({ access: { port: 0 }, ...raw });
      const hub = new HubProcess([way(redis, by.redis), way(postgres, by.postgres), id, text]);
      hubs.push(hub);
      return hub;
    },
    speaker(id: string): ASpeaker {
      const speaker = new ASpeaker(redis.url, id, config.cameras);
      speakers.push(speaker);
      return speaker;
    },
  };
}

function way({ url, port }: { url: string; port: number }, other = port): string {
  return url.replace(`:${port}`, `:${other}`);
}

/** Seconds that it took; the deadline is for a machine that has much to do. An engine may be away. */
export async function until(
  what: string,
  condition: () => boolean | Promise<boolean>,
  withinS = 20,
): Promise<number> {
  const began = performance.now();
  const seconds = () => (performance.now() - began) / 1000;
  let last: unknown;
  const met = async () => {
    try {
      return await condition();
    } catch (fault) {
      last = fault;
      return false;
    }
  };
  while (!(await met())) {
    if (seconds() > withinS) throw new Error(`not within ${withinS} s: ${what}`, { cause: last });
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return seconds();
}

export const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
