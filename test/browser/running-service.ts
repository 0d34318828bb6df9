import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const command = join(import.meta.dirname, '../../services/maskwatch/bin/maskwatch');
const startMs = 30_000;
const stopMs = 20_000;

export interface RunningService {
  /** Without a slash at the end. */
  url: string;
  stop(): Promise<void>;
}

/** The real service, as people start it, on a free port, with data that vanishes afterwards. */
export async function startService(config: string): Promise<RunningService> {
  const folder = await mkdtemp(join(tmpdir(), 'maskwatch-browser-'));
  const file = join(folder, 'maskwatch.yaml');
  await writeFile(file, config);
  const args = ['start', '--config', file, '--port', '0', '--data-dir', join(folder, 'data')];
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const stop = async () => {
    await ended(child);
    await rm(folder, { recursive: true, force: true });
  };
  try {
    return { url: await addressOf(child), stop };
  } catch (fault) {
    await stop();
    throw fault;
  }
}

/** The address that the service prints; what it said on stderr where it prints none. */
function addressOf(child: ChildProcess): Promise<string> {
  const said: string[] = [];
  createInterface({ input: child.stderr! }).on('line', (line) => said.push(line));
  return new Promise((resolve, reject) => {
    const fail = (why: string) => reject(new Error(`${why}:\n${said.join('\n')}`));
    const timer = setTimeout(() => fail('the service printed no address'), startMs);
    child.once('exit', (code) => fail(`the service ended with ${code}`));
    createInterface({ input: child.stdout! }).on('line', (line) => {
      const address = /http:\S+/.exec(line)?.[0];
      if (address === undefined) return;
      clearTimeout(timer);
      resolve(address);
    });
  });
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const over = new Promise((resolve) => child.once('exit', resolve));
  const timer = setTimeout(() => child.kill('SIGKILL'), stopMs);
  child.kill('SIGTERM');
  await over;
  clearTimeout(timer);
}
