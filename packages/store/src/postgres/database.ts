import { messageOf, Problem } from '@maskwatch/platform/problem';
import { Pool, type PoolClient, types } from 'pg';

/** A server that does not answer within this is unreachable; the client is thrown away. */
const queryMs = 5000;
const connectMs = 3000;
/** Of one process. */
const mostConnections = 8;

/** SQLSTATE of a full disk (https://www.postgresql.org/docs/15/errcodes-appendix.html). */
const diskFull = '53100';
/** A wrong user or password, no such database, no rights to what is asked for. */
const refused = /^(28...|3D000|42501)$/;
/** Of a connection that is being made: PgBouncer does not know a setting that comes with it. */
const unknownSetting = '08P01';
const int8 = 20;

/** A server that cannot be reached, or that is full, told as a Problem. */
export function toProblem(thrown: unknown, place: string): unknown {
  if (thrown instanceof Problem) return thrown;
  const code = (thrown as { code?: string }).code ?? '';
  if (code === diskFull) {
    return new Problem('store-full', `The disk of the PostgreSQL at ${place} is full.`, {
      ...{ status: 503, cause: thrown },
      action: 'Free room on this disk; what was waiting goes on by itself.',
    });
  }
  if (refused.test(code)) {
    return new Problem(
      'store-refused',
      `The PostgreSQL at ${place} refuses this (${messageOf(thrown)}).`,
      {
        cause: thrown,
        action: 'Look at the user, its password and rights, and the name of the database.',
      },
    );
  }
  if (code === unknownSetting) {
    return new Problem(
      'store-refused',
      `What is at ${place} refuses this (${messageOf(thrown)}).`,
      {
        cause: thrown,
        action:
          'Is it PgBouncer? Set ignore_startup_parameters = statement_timeout in its settings.',
      },
    );
  }
  if (!isUnreachable(thrown)) return thrown;
  return new Problem(
    'store-unreachable',
    `The PostgreSQL at ${place} does not answer (${messageOf(thrown)}).`,
    {
      ...{ status: 503, cause: thrown },
      action: 'Start it, or look at the network; what was waiting goes on by itself.',
    },
  );
}

/**
 * Classes 08 (connection) and 57P (shutting down), 53300 (too many connections), and what has no
 * SQLSTATE: sockets, time-outs.
 */
function isUnreachable(thrown: unknown): boolean {
  const code = (thrown as { code?: string }).code ?? '';
  if (/^(08|57P|53300)/.test(code) || /^E[A-Z]+$/.test(code)) return true;
  return thrown instanceof Error && /timeout|terminated|Connection/i.test(thrown.message);
}

interface DatabaseOptions {
  url: string;
  /** What ends an idle connection. */
  onFault: (fault: Error) => void;
  /**
   * For what reads or changes all rows: no call is too long, and one connection is enough. A server that
   * goes away is noticed by its socket.
   */
  patient?: true;
}

/** Calls of one process to one database: every change in a transaction, every failure a Problem. */
export class Database {
  readonly #pool: Pool;
  /** Never the password. */
  readonly place: string;
  readonly #limits: string;

  constructor({ url, onFault, patient }: DatabaseOptions) {
    this.place = placeOf(url);
    // Limits that the server gives to a role or a database would end it, too.
    this.#limits = patient
      ? 'SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0'
      : '';
    this.#pool = new Pool({
      connectionString: url,
      max: patient ? 1 : mostConnections,
      connectionTimeoutMillis: connectMs,
      ...(patient ? {} : { query_timeout: queryMs, statement_timeout: queryMs }),
      keepAlive: true,
      types: {
        // Sequences and sizes stay far below 2^53.
        getTypeParser: (id: number, format?: never) =>
          id === int8 ? Number : types.getTypeParser(id, format),
      } as never,
    });
    // Of an idle client: it is out of the pool already.
    this.#pool.on('error', onFault);
  }

  async rows<Row extends object>(sql: string, values: unknown[] = []): Promise<Row[]> {
    return this.#withClient(async (client) => (await client.query<Row>(sql, values)).rows);
  }

  /** All of `work` is on disk when this resolves, or none of it, or (unreachable) nobody knows. */
  write<T>(work: (client: PoolClient) => Promise<T>): Promise<T> {
    return this.#transaction('BEGIN', work);
  }

  /** All that `work` reads is as it was at one instant. */
  snapshot<T>(work: (client: PoolClient) => Promise<T>): Promise<T> {
    return this.#transaction('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY', work);
  }

  async #transaction<T>(begin: string, work: (client: PoolClient) => Promise<T>): Promise<T> {
    return this.#withClient(async (client) => {
      await client.query(`${begin}; ${this.#limits}`);
      try {
        const result = await work(client);
        await client.query('COMMIT');
        return result;
      } catch (fault) {
        // It would wait behind the question that got no answer; the client is thrown away.
        if (!isUnreachable(fault)) await client.query('ROLLBACK');
        throw fault;
      }
    });
  }

  close(): Promise<void> {
    return this.#pool.end();
  }

  /** A client that failed to answer may answer later, to another question: it is thrown away. */
  async #withClient<T>(work: (client: PoolClient) => Promise<T>): Promise<T> {
    let client: PoolClient | undefined;
    let broken = false;
    try {
      client = await this.#pool.connect();
      client.once('error', ignore);
      return await work(client);
    } catch (fault) {
      const told = toProblem(fault, this.place);
      broken = told instanceof Problem && told.code === 'store-unreachable';
      throw told;
    } finally {
      client?.off('error', ignore);
      client?.release(broken);
    }
  }
}

/** Host and name of a database. Problem `store-address` of what is no address. */
export function placeOf(url: string): string {
  try {
    const { host, pathname } = new URL(url);
    return `${host}${pathname}`;
  } catch (cause) {
    throw new Problem('store-address', 'The address of PostgreSQL is none.', {
      ...{
        status: 400,
        cause,
        action: 'Write it as postgres://HOST:5432/DATABASE; USER:PASSWORD and an @ go before HOST.',
      },
    });
  }
}

/** The query under way rejects with the same fault. */
function ignore(): void {}
