/** `maskwatch ingest` as people start it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { childrenOf } from '@maskwatch/platform/testing/engine';

const main = join(import.meta.dirname, '../../main.ts');

export interface IngestChild {
  readonly pid: number;
  /** Lines of its log so far. */
  readonly logs: string[];
  /** SIGTERM to the supervisor, as a service manager does; others to all of its processes. */
  signal(signal: NodeJS.Signals): void;
  /** Exit code, or the signal that ended it. */
  readonly ended: Promise<number | string>;
  close(): Promise<void>;
}

export function startIngestChild(
  args: string[],
  environment: Record<string, string> = {},
): IngestChild {
  const child = spawn(process.execPath, [main, 'ingest', ...args], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, ...environment },
    detached: true,
  });
  const logs: string[] = [];
  createInterface({ input: child.stderr }).on('line', (line) => logs.push(line));
  const ended = once(child, 'close').then(([code, signal]) => code ?? signal);
  const send = (pid: number, name: NodeJS.Signals) => {
    try {
      process.kill(pid, name);
    } catch {
      // All of it is gone already.
    }
  };
  const signal = (name: NodeJS.Signals) => {
    if (name === 'SIGTERM') return send(child.pid!, name);
    // What it supervises leads a group of its own, decoders included.
    for (const leader of [child.pid!, ...childrenOf(child.pid!)]) send(-leader, name);
  };
  return {
    ...{ pid: child.pid!, logs, signal, ended },
    async close() {
      signal('SIGCONT');
      signal('SIGKILL');
      await ended;
    },
  };
}
