/** The real service as a child of the test, as people start it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { freePort } from '@maskwatch/platform/testing/free-port';
import { scaled } from './shape.ts';

const main = join(import.meta.dirname, '../../services/maskwatch/src/main.ts');
/** Takes the same config, says where the page is, and ends as the embedded one does. */
const scaledMain = join(import.meta.dirname, '../scaled/up.ts');
const startMs = scaled ? 120_000 : 30_000;
/** A service gives itself 15 s, and others wait for it. */
const stopMs = scaled ? 60_000 : 20_000;

export interface ServiceOptions {
  /** Holds the config, and the data unless they have a folder of their own. */
  folder: string;
  config: string;
  /** A free one where absent. */
  port?: number;
  data?: string;
  environment?: Record<string, string>;
}

export interface ServiceEnd {
  code: number | null;
  stdout: string;
  stderr: string;
}

export interface RunningService {
  /** Without a slash at the end. */
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  /** What it wrote to stderr so far, a line each. */
  readonly logs: string[];
  /** Of the newest vision process, which may just have ended. */
  visionPid(): number;
  /** The body of GET /api/v1 and this path. */
  get<T>(path: string): Promise<T>;
  /** SIGTERM; answers with the exit code when it is gone. */
  stop(): Promise<number | null>;
  kill9(): Promise<void>;
}

async function spawnService(options: ServiceOptions) {
  const { folder, config, data = join(folder, 'data'), environment = {} } = options;
  const port = options.port ?? (await freePort());
  const file = join(folder, 'maskwatch.yaml');
  await writeFile(file, config);
  const where = ['--config', file, '--port', String(port)];
  const args = scaled ? [scaledMain, ...where] : [main, 'start', ...where, '--data-dir', data];
  const env = { ...process.env, ...environment };
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'], env });
  const out: string[] = [];
  const logs: string[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => out.push(line));
  createInterface({ input: child.stderr }).on('line', (line) => logs.push(line));
  return { child, out, logs, gone: once(child, 'close') };
}

/** For a start that has to fail: answers with what was printed. */
export async function startToEnd(options: ServiceOptions): Promise<ServiceEnd> {
  const { child, out, logs, gone } = await spawnService(options);
  const timer = setTimeout(() => child.kill('SIGKILL'), startMs);
  await gone;
  clearTimeout(timer);
  return { code: child.exitCode, stdout: out.join('\n'), stderr: logs.join('\n') };
}

export async function startService(options: ServiceOptions): Promise<RunningService> {
  const { child, out, logs, gone } = await spawnService(options);
  const pid = child.pid!;
  const url = await addressOf(child, out).catch(async (fault: Error) => {
    child.kill('SIGKILL');
    await gone;
    throw new Error(`${fault.message}:\n${logs.join('\n')}`);
  });
  return {
    ...{ url, pid, logs },
    port: Number(new URL(url).port),
    visionPid() {
      const line = logs.findLast((text) => text.includes('"visionPid"'));
      return (JSON.parse(line!) as { visionPid: number }).visionPid;
    },
    async get<T>(path: string): Promise<T> {
      const answer = await fetch(`${url}/api/v1${path}`);
      if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
      return (await answer.json()) as T;
    },
    async stop() {
      const timer = setTimeout(() => child.kill('SIGKILL'), stopMs);
      child.kill('SIGTERM');
      await gone;
      clearTimeout(timer);
      return child.exitCode;
    },
    async kill9() {
      child.kill('SIGKILL');
      await gone;
    },
  };
}

function addressOf(child: ChildProcess, out: string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('no address was printed')), startMs);
    const settle = () => clearTimeout(timer);
    child.once('exit', (code) => {
      settle();
      reject(new Error(`the service ended with ${code}`));
    });
    child.stdout!.on('data', () =>
      setImmediate(() => {
        const address = /maskwatch is at (http:\S+)/.exec(out.join('\n'))?.[1];
        if (address === undefined) return;
        settle();
        resolve(address);
      }),
    );
  });
}

export interface Descendant {
  pid: number;
  command: string;
  /** In clock ticks since boot: with it a pid names one process for good. */
  startedAt: string;
}

/** Everybody below a process, from /proc. */
export function descendants(pid: number): Descendant[] {
  const all = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => describe(Number(name)) ?? []);
  const below = (parent: number): typeof all =>
    all.filter((one) => one.parent === parent).flatMap((one) => [one, ...below(one.pid)]);
  return below(pid).map(({ parent: _, ...one }) => one);
}

/** Those of them that still run. */
export function stillRunning(before: Descendant[]): Descendant[] {
  return before.filter(({ pid, startedAt }) => describe(pid)?.startedAt === startedAt);
}

function describe(pid: number): (Descendant & { parent: number }) | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const [, command, rest] = /\((.*)\) (.*)/s.exec(stat)!;
    const fields = rest!.split(' ');
    if (fields[0] === 'Z') return undefined;
    return { pid, command: command!, parent: Number(fields[1]), startedAt: fields[19]! };
  } catch {
    return undefined;
  }
}
