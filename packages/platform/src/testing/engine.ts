/** A real server of another maker as a child of a test, which can be hurt. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';

export interface Engine {
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  /** SIGSTOP and SIGCONT, of the server with its children. */
  pause(): void;
  resume(): void;
  /** SIGKILL of all of it. */
  kill(): Promise<void>;
  /** Anew on the same port; what it had written to a disk is there again. */
  restart(): Promise<void>;
  /** Killed for good, its files removed. */
  close(): Promise<void>;
}

/** In a process group of its own, so that a signal reaches its children too. */
export class EngineProcess {
  readonly #command: string;
  readonly #args: string[];
  #child: ChildProcess | undefined;
  #output: string[] = [];

  constructor(command: string, args: string[]) {
    this.#command = command;
    this.#args = args;
  }

  get pid(): number {
    return this.#child!.pid!;
  }

  /** What it said, for the error of a start that fails. */
  get output(): string {
    return this.#output.slice(-20).join('');
  }

  get ended(): boolean {
    const child = this.#child;
    return child !== undefined && (child.exitCode !== null || child.signalCode !== null);
  }

  start(): void {
    const child = spawn(this.#command, this.#args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    this.#output = [];
    const keep = (chunk: Buffer) => this.#output.push(chunk.toString());
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.on('error', (fault) => this.#output.push(String(fault)));
    this.#child = child;
    process.once('exit', () => this.signal('SIGKILL'));
  }

  /** PostgreSQL's children lead groups of their own: each is told by itself. */
  signal(signal: NodeJS.Signals): void {
    for (const pid of [-this.pid, ...childrenOf(this.pid)]) {
      try {
        process.kill(pid, signal);
      } catch {
        // It is gone already.
      }
    }
  }

  async kill(): Promise<void> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    this.signal('SIGCONT');
    this.signal('SIGKILL');
    await gone;
  }
}

/** Its direct children; none where it is gone. */
export function childrenOf(pid: number): number[] {
  try {
    const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8');
    return text.split(' ').filter(Boolean).map(Number);
  } catch {
    return [];
  }
}

/** The server under a test, started; `folder` holds its files and goes with it. */
export async function runningEngine(
  server: EngineProcess,
  given: { url: string; port: number; folder: string; start(): Promise<void> },
): Promise<Engine> {
  const { url, port, folder, start } = given;
  await start();
  return {
    ...{ url, port },
    get pid() {
      return server.pid;
    },
    pause: () => server.signal('SIGSTOP'),
    resume: () => server.signal('SIGCONT'),
    kill: () => server.kill(),
    restart: async () => {
      await server.kill();
      await start();
    },
    close: async () => {
      await server.kill();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Asks until `probe` succeeds; a start that takes longer than 30 s has failed. */
export async function untilUp(engine: EngineProcess, probe: () => Promise<void>): Promise<void> {
  const deadline = Date.now() + 30_000;
  for (;;) {
    try {
      return await probe();
    } catch (fault) {
      if (Date.now() > deadline) throw new Error(`${String(fault)}\n${engine.output}`);
      // The children of one that was killed may hold its memory or its port for a moment longer.
      if (engine.ended) engine.start();
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}
