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
  /** Waits for cameras; an error with all that it said where it ended before. */
  readonly started: Promise<{ id: string; statusPort: number }>;
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
  const started = Promise.withResolvers<{ id: string; statusPort: number }>();
  // Not each test waits for it.
  started.promise.catch(() => {});
  createInterface({ input: child.stderr }).on('line', (line) => {
    logs.push(line);
    if (!line.includes('ingest waits for cameras')) return;
    const { ingestId: id, statusPort } = JSON.parse(line);
    started.resolve({ id, statusPort });
  });
  const ended = once(child, 'close').then(([code, signal]) => {
    started.reject(new Error(`ended with ${code ?? signal}:\n${logs.join('\n')}`));
    return code ?? signal;
  });
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
    ...{ pid: child.pid!, logs, started: started.promise, signal, ended },
    async close() {
      signal('SIGCONT');
      signal('SIGKILL');
      await ended;
    },
  };
}
