import { resolve } from 'node:path';
import { systemClock } from '@maskwatch/platform/clock';
import { openBackup } from '@maskwatch/store/backup/read-backup';
import { transfer } from '@maskwatch/store/backup/transfer';
import { writeBackup } from '@maskwatch/store/backup/write-backup';
import { Command } from 'commander';
import {
  namedStore,
  type StoreOptions,
  serverStore,
  sqliteAt,
  storeOptions,
} from '../db/named-store.ts';
import { reportText } from '../db/report-text.ts';
import { said } from '../db/said-source.ts';
import { postgresOption } from '../scaled/engine-options.ts';
import { version } from '../version.ts';

/** maskwatch db migrate|backup|restore|copy */
export function dbCommand(): Command {
  const db = new Command('db').description('migrate, back up, restore or copy a store');
  const onStore = (name: string, description: string) => {
    const command = db.command(name).description(description);
    for (const option of storeOptions()) command.addOption(option);
    return command;
  };
  onStore('migrate', 'bring the schema of a store to that of this program').action(migrate);
  onStore('backup', 'write all of a store, with its pictures, to one file')
    .requiredOption('--to <file>', 'a file that is not there yet')
    .action(backup);
  onStore('restore', 'fill an empty store of either kind from a backup')
    .requiredOption('--from <file>', 'what "maskwatch db backup" wrote')
    .action(restore);
  db.command('copy')
    .description('bring the store of one machine into an empty PostgreSQL')
    .requiredOption('--from <path>', 'the data folder, or the database file in it')
    .addOption(postgresOption())
    .action(copy);
  return db;
}

async function migrate(options: StoreOptions): Promise<void> {
  const store = namedStore(options);
  const { from, to, readableFrom } = await store.migrate();
  say(
    from === to
      ? `${store.place} has schema version ${to}; there is nothing to do`
      : `${store.place} went from schema version ${from} to ${to}; programs from version ${readableFrom} on read it`,
  );
}

async function backup({ to, ...options }: StoreOptions & { to: string }): Promise<void> {
  const { place, source } = namedStore(options);
  const file = resolve(to);
  const madeAt = systemClock.now();
  process.stdout.write(
    reportText(await writeBackup(said(source, tell), file, { program: version, madeAt })),
  );
  say(`${place} is in ${file}. It holds faces: keep it where only you can read it`);
}

async function restore({ from, ...options }: StoreOptions & { from: string }): Promise<void> {
  const { place, target } = namedStore(options);
  process.stdout.write(reportText(await transfer(said(openBackup(resolve(from)), tell), target)));
  say(`${place} has all of it; rows and hashes were read back and are the same`);
}

async function copy({ from, postgres }: { from: string; postgres: string }): Promise<void> {
  const [source, target] = [sqliteAt(from), serverStore(postgres)];
  process.stdout.write(reportText(await transfer(said(source.source, tell), target.target)));
  say(
    `${target.place} has all of ${source.place}; rows and hashes were read back and are the same`,
  );
}

/** How far it is; what comes out of it goes to stdout. */
function tell(line: string): void {
  process.stderr.write(`${line}\n`);
}

function say(sentence: string): void {
  process.stdout.write(`${sentence}.\n`);
}
