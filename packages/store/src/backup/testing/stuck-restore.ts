/** Restores FILE to a folder or an address, says so when almost all is there, and goes no further. */
import { postgresTarget } from '../../postgres/transfer.ts';
import { sqliteTarget } from '../../sqlite/transfer.ts';
import { openBackup } from '../read-backup.ts';
import { transfer } from '../transfer.ts';

const [file = '', where = ''] = process.argv.slice(2);
const target = where.startsWith('postgres:') ? postgresTarget(where) : sqliteTarget(where);
const backup = openBackup(file);

await transfer(
  {
    read: (work) =>
      backup.read((parts) =>
        work(
          (async function* () {
            for await (const part of parts) {
              yield part;
              if (part.table.name !== 'evidence_files') continue;
              process.stdout.write('almost all is there\n');
              await new Promise((resolve) => setTimeout(resolve, 60_000));
            }
          })(),
        ),
      ),
  },
  target,
);
