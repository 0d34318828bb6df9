import { spawnSync } from 'node:child_process';
import { globSync } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Engine, EngineProcess, runningEngine, untilUp } from './engine.ts';
import { freePort } from './free-port.ts';

/** Debian keeps the programs of each version in a folder of its own. */
function program(name: string): string {
  return globSync(`/usr/lib/postgresql/*/bin/${name}`).sort().at(-1) ?? name;
}

/** These servers refuse to run as root: there they run as Debian's user postgres. */
export function asUser(command: string, args: string[]): [string, string[]] {
  if (process.getuid?.() !== 0) return [command, args];
  const user = ['--reuid', 'postgres', '--regid', 'postgres', '--init-groups'];
  return ['setpriv', [...user, '--pdeathsig', 'KILL', '--', command, ...args]];
}

/** A real PostgreSQL on a free port, with one empty database; `more` are further -c settings. */
export async function startPostgres(more: readonly string[] = []): Promise<Engine> {
  const folder = await mkdtemp(join(tmpdir(), 'maskwatch-postgres-'));
  await chmod(folder, 0o777);
  const data = join(folder, 'data');
  const cluster = ['-D', data, '-U', 'maskwatch', '--auth', 'trust', '--no-sync'];
  run(...asUser(program('initdb'), [...cluster, '--encoding', 'UTF8', '--locale', 'C']));
  const port = await freePort();
  // After a kill it would else sync each file by itself: 21 s with 45 databases on a busy disk, so 9 s.
  const recovery = 'recovery_init_sync_method=syncfs';
  const own = ['listen_addresses=127.0.0.1', 'unix_socket_directories=', recovery];
  const settings = [...own, ...more];
  const args = ['-D', data, '-p', String(port), ...settings.flatMap((one) => ['-c', one])];
  const server = new EngineProcess(...asUser(program('postgres'), args));
  const start = async () => {
    await rm(join(data, 'postmaster.pid'), { force: true });
    server.start();
    await untilUp(server, () => answers(port));
  };
  const url = `postgres://maskwatch@127.0.0.1:${port}/postgres`;
  return runningEngine(server, { url, port, folder, start });
}

function run(command: string, args: string[]): void {
  const { status, stderr, error } = spawnSync(command, args, { encoding: 'utf8', cwd: '/' });
  if (status !== 0) throw new Error(`${command} failed: ${error ?? stderr}`);
}

/** Rejects until it takes connections: while it still recovers it answers, but refuses. */
async function answers(port: number): Promise<void> {
  run(program('pg_isready'), ['-q', '-h', '127.0.0.1', '-p', String(port)]);
}
