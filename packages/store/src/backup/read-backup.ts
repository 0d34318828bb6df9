import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream';
import { createZstdDecompress } from 'node:zlib';
import { messageOf, Problem } from '@maskwatch/platform/problem';
import { type Part, Tallies, type Tally, type Value } from './parts.ts';
import { type ColumnType, type Table, tables } from './tables.ts';
import type { Source } from './transfer.ts';
import { format } from './write-backup.ts';

/** The longest line is a picture, or a body with one. */
const mostLineBytes = 64e6;

const known: ReadonlyMap<string, Table> = new Map(tables.map((table) => [table.name, table]));

/**
 * What `writeBackup` wrote. Its count and hash of each table are compared at its end: who reads it must
 * keep nothing before. Problems: `backup-file` (it cannot be read), `backup-damaged` (it was cut, or is
 * not as it was written), `backup-newer`.
 */
export function openBackup(path: string): Source {
  return { read: (work) => work(partsOf(path)) };
}

async function* partsOf(path: string): AsyncGenerator<Part, void> {
  const reader = new LineReader(path);
  for await (const line of linesOf(path)) {
    const part = reader.take(line);
    if (part !== undefined) yield part;
  }
  reader.end();
}

/** Understands line after line. */
class LineReader {
  readonly #path: string;
  readonly #tallies = new Tallies();
  #number = 0;
  #table: Table | undefined;
  #rows: Value[][] = [];
  #whole = false;

  constructor(path: string) {
    this.#path = path;
  }

  /** A part where this line completes one. */
  take(line: string): Part | undefined {
    this.#number += 1;
    const value = this.#parse(line);
    if (this.#number === 1) return this.#header(value);
    if (this.#whole) throw this.#damaged('something follows its end');
    if (Array.isArray(value)) return this.#row(value);
    const part = this.#flush();
    if ('table' in value) this.#table = this.#tableOf(value);
    else this.#compare(value);
    return part;
  }

  /** Throws where the last line was not there. */
  end(): void {
    if (!this.#whole) throw this.#damaged('its end is missing');
  }

  #parse(line: string): Record<string, unknown> | unknown[] {
    try {
      const value: unknown = JSON.parse(line);
      if (typeof value === 'object' && value !== null) return value as Record<string, unknown>;
    } catch {
      // Told below.
    }
    if (this.#number === 1) throw notABackup(this.#path);
    throw this.#damaged('it is no JSON');
  }

  #header(value: Record<string, unknown> | unknown[]): undefined {
    if (Array.isArray(value) || value.maskwatch !== 'backup') throw notABackup(this.#path);
    if (Number(value.format) > format) {
      throw this.#newer(`has format ${value.format}; this program reads ${format}`);
    }
  }

  #tableOf({ table: name, columns }: Record<string, unknown>): Table {
    const table = known.get(String(name));
    if (table === undefined) throw this.#newer(`has a table ${name}`);
    if (!Array.isArray(columns)) throw this.#damaged('it names no columns');
    const strange = columns.filter((column) => !(column in table.columns));
    if (strange.length > 0) throw this.#newer(`has ${strange.join(', ')} in ${name}`);
    return {
      ...table,
      columns: Object.fromEntries(columns.map((column) => [column, table.columns[column]!])),
    };
  }

  #row(values: unknown[]): Part | undefined {
    const types = Object.values(this.#table?.columns ?? {});
    if (values.length !== types.length) throw this.#damaged('it has not a value for each column');
    this.#rows.push(values.map((value, n) => this.#value(value, types[n]!)));
    return this.#rows.length < this.#table!.batch ? undefined : this.#flush();
  }

  #value(value: unknown, type: ColumnType): Value {
    if (value === null) return null;
    if (type === 'bytes' && typeof value === 'string') return Buffer.from(value, 'base64');
    if (type === 'text' && typeof value === 'string') return value;
    if (type === 'real' && typeof value === 'number') return value;
    if (type === 'integer' && Number.isSafeInteger(value)) return value as number;
    throw this.#damaged(`it has ${typeof value} for ${type}`);
  }

  #flush(): Part | undefined {
    if (this.#table === undefined) return undefined;
    const part = { table: this.#table, rows: this.#rows };
    this.#rows = [];
    this.#tallies.add(part);
    return part;
  }

  #compare({ tables: written }: Record<string, unknown>): void {
    const read = this.#tallies.finish();
    const said = Object.entries((written ?? {}) as Record<string, Tally>);
    const same = said.every(([name, { rows, sha256 }]) => {
      const tally = read.get(name);
      return tally?.rows === rows && tally.sha256 === sha256;
    });
    if (!same || said.length !== read.size)
      throw this.#damaged('the hashes are not those of its rows');
    this.#whole = true;
  }

  #damaged(why: string): Problem {
    return damaged(this.#path, `line ${this.#number}: ${why}`);
  }

  #newer(what: string): Problem {
    return new Problem('backup-newer', `The backup ${this.#path} ${what}.`, {
      ...{ status: 409, action: 'Restore it with the program that made it, or a newer one.' },
    });
  }
}

function damaged(path: string, why: string, cause?: unknown): Problem {
  return new Problem('backup-damaged', `The backup ${path} is not whole (${why}).`, {
    ...{ status: 409, cause, action: 'Nothing was restored. Take another backup.' },
  });
}

function notABackup(path: string): Problem {
  return new Problem('backup-damaged', `${path} is no backup of maskwatch.`, {
    ...{ status: 409, action: 'Name a file that "maskwatch db backup" wrote.' },
  });
}

async function* linesOf(path: string): AsyncGenerator<string, void> {
  const inflate = createZstdDecompress();
  // The fault of either ends the loop below.
  pipeline(createReadStream(path), inflate, () => {});
  let begun: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of inflate as AsyncIterable<Buffer>) {
      let from = 0;
      for (let to = chunk.indexOf(10); to !== -1; to = chunk.indexOf(10, from)) {
        begun.push(chunk.subarray(from, to));
        yield Buffer.concat(begun).toString();
        begun = [];
        bytes = 0;
        from = to + 1;
      }
      begun.push(chunk.subarray(from));
      bytes += chunk.length - from;
      if (bytes > mostLineBytes) throw damaged(path, 'a line has no end');
    }
  } catch (fault) {
    throw toFileProblem(fault, path);
  }
  // A line without its end belongs to a file that was cut: the last one is missing, and that is told.
}

function toFileProblem(fault: unknown, path: string): unknown {
  const { code = '', errno } = fault as NodeJS.ErrnoException;
  if (fault instanceof Problem) return fault;
  if (code === 'ZSTD_error_prefix_unknown') return notABackup(path);
  if (code.startsWith('ZSTD') || code.startsWith('Z_'))
    return damaged(path, messageOf(fault), fault);
  if (errno === undefined) return fault;
  return new Problem('backup-file', `The file ${path} cannot be read (${messageOf(fault)}).`, {
    ...{ status: 400, cause: fault, action: 'Name a file that "maskwatch db backup" wrote.' },
  });
}
