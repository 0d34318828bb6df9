/** The service in processes of its own, as the bench starts, asks and stops it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { CameraList, Status } from '@maskwatch/contracts/http';
import { dyingWithParent } from '@maskwatch/platform/child-process';
import type { z } from 'zod';
import { readRecords, type VisionRecord } from './records.ts';

const script = fileURLToPath(new URL('./hub.ts', import.meta.url));
const liveMs = 60_000;
const stopMs = 15_000;

export interface MeasuredServiceOptions {
  /** As in the config file, with durations as text; a free port is taken. */
  config: Record<string, unknown>;
  /** One worker whose detector runs take at least this long, instead of one a core. */
  runMs?: number;
}

export interface MeasuredService {
  /** Of the hub; vision and decoders descend from it. */
  pid: number;
  visionPid: number;
  url: string;
  records(): VisionRecord[];
  /** The text of a path of the hub. */
  get(path: string): Promise<string>;
  stop(): Promise<void>;
}

/** Answers when every camera is live. */
export async function startMeasuredService({
  config,
  runMs,
}: MeasuredServiceOptions): Promise<MeasuredService> {
  const directory = await mkdtemp(join(tmpdir(), 'maskwatch-bench-'));
  const records = join(directory, 'records');
  const whole = { ...config, access: { port: 0 } };
  const args = [script, directory, JSON.stringify(whole)];
  const child = spawn(...dyingWithParent(process.execPath, args), {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      ...process.env,
      MASKWATCH_BENCH_RECORDS: records,
      ...(runMs === undefined ? {} : { MASKWATCH_BENCH_RUN_MS: String(runMs) }),
    },
  });
  const stop = async () => {
    await end(child);
    await rm(directory, { recursive: true, force: true });
  };
  try {
    const url = `http://127.0.0.1:${await portOf(child)}`;
    const visionPid = await allLive(url);
    return {
      ...{ url, visionPid, stop, pid: child.pid! },
      records: () => readRecords(records),
      get: (path) => textOf(`${url}${path}`),
    };
  } catch (fault) {
    await stop();
    throw fault;
  }
}

async function portOf(child: ChildProcess): Promise<number> {
  for await (const line of createInterface({ input: child.stdout! })) {
    if (line.startsWith('port ')) return Number(line.slice('port '.length));
  }
  throw new Error('the measured service ended at its start; its log is above');
}

async function allLive(url: string): Promise<number> {
  const deadline = performance.now() + liveMs;
  while (performance.now() < deadline) {
    const { cameras } = await ask(`${url}/api/v1/cameras`, CameraList);
    const { vision } = await ask(`${url}/api/v1/status`, Status);
    const live = cameras.every(({ state, counters }) => state === 'live' && counters.judged > 0);
    if (live && vision !== undefined) return vision.pid;
    await sleep(200);
  }
  throw new Error('the cameras of the measured service did not become live within a minute');
}

async function ask<Schema extends z.ZodType>(
  url: string,
  schema: Schema,
): Promise<z.infer<Schema>> {
  return schema.parse(JSON.parse(await textOf(url)));
}

async function textOf(url: string): Promise<string> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
  return response.text();
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  const timer = setTimeout(() => child.kill('SIGKILL'), stopMs);
  child.kill('SIGTERM');
  await gone;
  clearTimeout(timer);
}
