/**
 * What images of engines do before the command of the compose file. The tests run Debian's builds of
 * the same engines: they have no images.
 */
import { execFileSync } from 'node:child_process';
import { chownSync, globSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const usualPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

export interface EngineImage {
  user: string;
  environment: Record<string, string>;
  /** Of the image, before the command; where absent, the command is all. */
  entrypoint?: string[];
  /** What its process is sent to end it. */
  stopSignal: NodeJS.Signals;
  /** Folders that the image makes for its user. */
  folders: string[];
  /** Of the image's entry point, at the first start; answers when it is done. */
  prepare?(given: { environment: Record<string, string>; volume(target: string): string }): void;
}

const dataFolder = '/var/lib/postgresql/data';
const postgresPrograms = globSync('/usr/lib/postgresql/*/bin').sort().at(-1) ?? '';

const images: Record<string, EngineImage> = {
  redis: {
    user: 'redis',
    environment: { PATH: usualPath },
    stopSignal: 'SIGTERM',
    folders: [],
  },
  haproxy: {
    user: 'haproxy',
    environment: { PATH: usualPath },
    stopSignal: 'SIGUSR1',
    folders: [],
  },
  prom: {
    user: 'nobody',
    environment: { PATH: usualPath },
    entrypoint: ['prometheus'],
    stopSignal: 'SIGTERM',
    folders: [],
  },
  postgres: {
    user: 'postgres',
    environment: { PATH: `${postgresPrograms}:${usualPath}`, PGDATA: dataFolder },
    // Fast: it does not wait until all clients have gone by themselves.
    stopSignal: 'SIGINT',
    folders: ['/var/run/postgresql'],
    prepare({ environment, volume }) {
      const folder = volume(dataFolder);
      if (readdirSync(folder).length > 0) return;
      const { POSTGRES_USER = 'postgres', POSTGRES_PASSWORD = '' } = environment;
      const password = join(folder, '..', 'postgres-password');
      writeFileSync(password, POSTGRES_PASSWORD, { mode: 0o600 });
      const [uid, gid] = ['-u', '-g'].map((what) =>
        Number(execFileSync('id', [what, 'postgres'], { encoding: 'utf8' })),
      );
      chownSync(password, uid!, gid!);
      const postgres = (program: string, args: string[], input?: string) =>
        execFileSync(
          'setpriv',
          [
            '--reuid=postgres',
            '--regid=postgres',
            '--init-groups',
            join(postgresPrograms, program),
            ...args,
          ],
          { cwd: '/', stdio: ['pipe', 'ignore', 'inherit'], ...(input !== undefined && { input }) },
        );
      const methods = ['--auth-local=trust', '--auth-host=scram-sha-256', `--pwfile=${password}`];
      const how = ['--encoding=UTF8', '--locale=C', '--no-sync', '-U', POSTGRES_USER];
      postgres('initdb', ['-D', folder, ...methods, ...how]);
      rmSync(password);
      const { POSTGRES_DB = POSTGRES_USER } = environment;
      if (POSTGRES_DB !== 'postgres')
        postgres(
          'postgres',
          ['--single', '-D', folder, 'postgres'],
          `CREATE DATABASE ${POSTGRES_DB}\n`,
        );
      writeFileSync(
        join(folder, 'pg_hba.conf'),
        'local all all trust\nhost all all all scram-sha-256\n',
      );
      writeFileSync(join(folder, 'postgresql.auto.conf'), "listen_addresses = '*'\n");
    },
  },
};

/** Throws Error for an image that the tests do not know. */
export function engineImage(image: string): EngineImage {
  const name = image.split(/[/:]/)[0]!;
  const known = images[name];
  if (known === undefined) throw new Error(`the tests do not know the image ${image}`);
  return known;
}
