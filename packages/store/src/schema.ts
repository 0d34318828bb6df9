import { Problem } from '@maskwatch/platform/problem';

/** One change of a schema; its place in the list, counted from 1, is the version it leads to. */
export interface Step {
  sql: string;
  /**
   * The oldest version whose programs go on with the schema afterwards. A step that only adds (tables,
   * columns with a default, indexes) leaves it at that of the step before; one that changes what is
   * there names its own version.
   */
  readableFrom: number;
}

/** What a database says of its own schema; 0 while it has none. */
export interface SchemaVersion {
  version: number;
  readableFrom: number;
}

/** From which version a migration came and to which it led; equal where there was nothing to do. */
export interface Migrated {
  from: number;
  to: number;
  readableFrom: number;
}

/** Throws `store-newer` where a program that knows `known` versions does not go on with it. */
export function refuseUnreadable({ version, readableFrom }: SchemaVersion, known: number): void {
  if (readableFrom <= known) return;
  throw new Problem(
    'store-newer',
    `The database has schema version ${version}, which programs from version ${readableFrom} on read; this one knows up to ${known}.`,
    { action: 'Start the newer version again, or restore a backup made before the upgrade.' },
  );
}

/**
 * What is written out whole must be known whole: throws `store-absent`, `store-older` or `store-newer`
 * unless the schema is exactly the newest that this program knows.
 */
export function requireNewest(
  { version }: SchemaVersion,
  { known, place, option }: { known: number; place: string; option: string },
): void {
  if (version === known) return;
  if (version === 0) throw absent(place);
  if (version < known) {
    throw new Problem(
      'store-older',
      `The database ${place} has schema version ${version}; this program copies version ${known}.`,
      { action: `Migrate it first: maskwatch db migrate ${option}`, status: 409 },
    );
  }
  throw new Problem(
    'store-newer',
    `The database ${place} has schema version ${version}; this program knows up to ${known} and would leave out what is new.`,
    { action: 'Use the program that made it, or a newer one.', status: 409 },
  );
}

export function absent(place: string): Problem {
  return new Problem('store-absent', `There is no store of maskwatch in ${place}.`, {
    ...{ status: 404, action: 'Name the place that the service was started with.' },
  });
}
