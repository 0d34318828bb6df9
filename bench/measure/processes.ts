/** What processes cost, read from /proc (proc(5)). */
import { readdirSync, readFileSync } from 'node:fs';

/** Clock ticks of /proc a second: 100 on every Linux that Node runs on. */
const ticksPerSecond = 100;

/** `pid` and all that descends from it, as far as it is alive. */
export function processTree(pid: number): number[] {
  try {
    const threads = readdirSync(`/proc/${pid}/task`);
    const children = threads.flatMap((thread) => childrenOf(`/proc/${pid}/task/${thread}`));
    return [pid, ...children.flatMap(processTree)];
  } catch (fault) {
    if ((fault as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw fault;
  }
}

function childrenOf(thread: string): number[] {
  const text = readFileSync(`${thread}/children`, 'utf8').trim();
  return text === '' ? [] : text.split(' ').map(Number);
}

/**
 * CPU seconds of a tree of processes, all threads, with those of its children that have ended and
 * were waited for. Steps of 10 ms a process.
 */
export function cpuSeconds(pid: number): number {
  return processTree(pid).reduce((total, one) => total + ownCpuSeconds(one), 0);
}

function ownCpuSeconds(pid: number): number {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The name before it may hold spaces and brackets; utime is the 14th field, 12 after the name.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const ticks = fields.slice(11, 15).reduce((total, field) => total + Number(field), 0);
  return ticks / ticksPerSecond;
}

/** Memory of its own that a process holds, in bytes; files that it maps do not count. */
export function ownMemory(pid: number): number {
  const text = readFileSync(`/proc/${pid}/status`, 'utf8');
  const kilobytes = ['RssAnon', 'RssShmem'].map((key) =>
    Number(new RegExp(`^${key}:\\s+(\\d+) kB`, 'm').exec(text)?.[1] ?? 0),
  );
  return kilobytes.reduce((a, b) => a + b, 0) * 1024;
}

/** CPU seconds of the whole machine since it started, all cores together, without waiting. */
export function busySeconds(): number {
  const [, ...fields] = readFileSync('/proc/stat', 'utf8').split('\n', 1)[0]!.split(/ +/);
  // user, nice, system, idle, waiting for disks, interrupts (two kinds).
  const [user = 0, nice = 0, system = 0, , , hard = 0, soft = 0] = fields.map(Number);
  return (user + nice + system + hard + soft) / ticksPerSecond;
}
