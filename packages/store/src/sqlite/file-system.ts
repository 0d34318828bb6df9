import { statfsSync } from 'node:fs';
import { Problem } from '@maskwatch/platform/problem';

/** Magic numbers of statfs(2) whose locks and shared memory SQLite cannot rely on. */
const networkFileSystems: ReadonlyMap<number, string> = new Map([
  [0x6969, 'NFS'],
  [0x517b, 'SMB'],
  [0xff534d42, 'CIFS'],
  [0xfe534d42, 'SMB 2'],
  [0x65735546, 'FUSE'],
  [0x01021997, '9P'],
  [0x00c36400, 'Ceph'],
  [0x5346414f, 'AFS'],
  [0x0bd00bd0, 'Lustre'],
  [0x01161970, 'GFS2'],
  [0x7461636f, 'OCFS2'],
]);

/** The name of a network file system by its number in statfs; undefined for a local one. */
export function networkFileSystem(type: number): string | undefined {
  // Numbers above 2^31 come as negative ones on some machines.
  return networkFileSystems.get(type >>> 0);
}

/** Throws `store-network-disk`. The numbers are Linux's: elsewhere nothing is refused. */
export function refuseNetworkFileSystem(directory: string, statfs = statfsSync): void {
  if (process.platform !== 'linux') return;
  const name = networkFileSystem(statfs(directory).type);
  if (name === undefined) return;
  throw new Problem(
    'store-network-disk',
    `${directory} is on a network file system (${name}), which can damage the database.`,
    { action: 'Put the data directory on a local disk (--data-dir).' },
  );
}

/** Bytes that an ordinary user can still write on the disk of `path`. */
export function freeBytes(path: string): number {
  const disk = statfsSync(path);
  return disk.bavail * disk.bsize;
}
