import { chmod, mkdtemp, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Engine, EngineProcess, runningEngine, untilUp } from './engine.ts';
import { freePort } from './free-port.ts';
import { asUser } from './postgres-server.ts';

/**
 * A real PgBouncer on a free port before `postgres`, which gives each transaction whichever of its two
 * connections is free; `more` are further settings.
 */
export async function startPgBouncer(postgres: Engine, more: readonly string[]): Promise<Engine> {
  const folder = await mkdtemp(join(tmpdir(), 'maskwatch-pgbouncer-'));
  await chmod(folder, 0o755);
  const port = await freePort();
  const file = join(folder, 'pgbouncer.ini');
  const lines = [
    ...['[databases]', `* = host=127.0.0.1 port=${postgres.port} user=maskwatch`],
    ...['[pgbouncer]', 'listen_addr = 127.0.0.1', `listen_port = ${port}`, 'unix_socket_dir ='],
    ...['auth_type = any', 'pool_mode = transaction', 'default_pool_size = 2', ...more],
  ];
  await writeFile(file, `${lines.join('\n')}\n`);
  const server = new EngineProcess(...asUser('pgbouncer', [file]));
  const start = async () => {
    server.start();
    await untilUp(server, () => listens(port));
  };
  const url = `postgres://maskwatch@127.0.0.1:${port}/postgres`;
  return runningEngine(server, { url, port, folder, start });
}

function listens(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve();
    });
    socket.once('error', reject);
  });
}
