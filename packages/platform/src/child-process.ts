/**
 * Children of this process: they die with it, are stopped politely and then by force, and their
 * stderr is kept short and free of secrets.
 */
import { type StdioOptions, spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import type { Clock } from './clock.ts';
import { withoutCredentials } from './logger.ts';

/** Lines of stderr kept for the sentence that explains an end. */
const RING_LINES = 100;
/** A longer line is cut: binary noise on stderr must not fill the memory. */
const LINE_CHARACTERS = 500;
/** Lines a second that are handed on; a noisy camera must not fill the log disk. */
const LINES_PER_SECOND = 20;
/** ffmpeg ends 10 to 20 ms after SIGTERM once its output flows; what takes longer hangs. */
const FORCE_AFTER_MS = 2000;

export interface ChildOptions {
  /** A name found on PATH or a path. */
  command: string;
  args: readonly string[];
  clock: Clock;
  /** Whether we write to it; nothing where absent. */
  stdin?: 'ignore' | 'pipe';
  /** What the child writes its output to: nothing, a stream, or a descriptor of ours. */
  stdout?: 'ignore' | 'pipe' | number;
  /** Raw secrets; they and their percent-encoded forms are removed from stderr. */
  secrets?: readonly string[];
  /** Lines of stderr, at most 20 a second, without secrets. */
  onLine?: (line: string) => void;
  /** The same without a limit, for what only looks at them. */
  onEveryLine?: (line: string) => void;
  /** Lets the output flow away before the stop: a child blocked in a write ignores SIGTERM. */
  drain?: () => void;
  forceAfterMs?: number;
}

export interface ChildEnd {
  code: number | null;
  signal: NodeJS.Signals | null;
  /** The child could not be started. */
  error?: Error;
}

export interface Child {
  readonly pid: number | undefined;
  readonly stdin: Writable | null;
  readonly stdout: Readable | null;
  /** Settles once, when the process is gone and its stderr is read to the end. */
  readonly ended: Promise<ChildEnd>;
  /** The last 100 lines of stderr, oldest first. */
  lastLines(): string[];
  /** Lines that `onLine` did not get because there were too many. */
  readonly droppedLines: number;
  /** Polite, then forced; answers when the child is really gone. May be called again. */
  stop(): Promise<ChildEnd>;
}

/** Where a program is, by PATH; undefined when it is nowhere. */
export function findProgram(name: string, path = process.env.PATH ?? ''): string | undefined {
  const candidates = name.includes('/')
    ? [name]
    : path.split(delimiter).map((folder) => join(folder, name));
  return candidates.find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Starts a child that the kernel kills with this process, where setpriv exists. */
export function startChild(options: ChildOptions): Child {
  const { clock, stdin = 'ignore', stdout = 'ignore', forceAfterMs = FORCE_AFTER_MS } = options;
  const [command, args] = dyingWithParent(options.command, options.args);
  const stdio: StdioOptions = [stdin, stdout, 'pipe'];
  const env = { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '', LC_ALL: 'C' };
  const child = spawn(command, args, { stdio, env, windowsHide: true });
  const lines = collectLines(child.stderr!, options);
  const ended = new Promise<ChildEnd>((resolve) => {
    child.once('error', (error) => {
      if (child.pid === undefined) resolve({ code: null, signal: null, error });
    });
    child.once('close', (code, signal) => resolve({ code, signal }));
  });
  let stopping: Promise<ChildEnd> | undefined;
  const stop = async (): Promise<ChildEnd> => {
    options.drain?.();
    child.stdout?.resume();
    child.kill('SIGTERM');
    const cancel = clock.setTimer(() => child.kill('SIGKILL'), forceAfterMs);
    const end = await ended;
    cancel();
    return end;
  };
  return {
    pid: child.pid,
    stdin: child.stdin,
    stdout: child.stdout,
    ended,
    lastLines: () => [...lines.ring],
    get droppedLines() {
      return lines.dropped;
    },
    stop: () => {
      stopping ??= stop();
      return stopping;
    },
  };
}

/** setpriv sets the signal and becomes the program: the process id stays the same. */
export function dyingWithParent(command: string, args: readonly string[]): [string, string[]] {
  const setpriv = process.platform === 'linux' ? findProgram('setpriv') : undefined;
  const program = findProgram(command);
  if (setpriv === undefined || program === undefined) return [command, [...args]];
  return [setpriv, ['--pdeathsig', 'KILL', '--', program, ...args]];
}

interface Lines {
  ring: string[];
  dropped: number;
}

function collectLines(stream: Readable, options: ChildOptions): Lines {
  const clean = cleaner(options.secrets ?? []);
  const decoder = new StringDecoder('utf8');
  const lines: Lines = { ring: [], dropped: 0 };
  let rest = '';
  let second = 0;
  let handedOn = 0;
  const keep = (text: string) => {
    const line = clean(text.trimEnd()).slice(0, LINE_CHARACTERS);
    if (line === '') return;
    lines.ring.push(line);
    if (lines.ring.length > RING_LINES) lines.ring.shift();
    options.onEveryLine?.(line);
    const now = Math.floor(options.clock.now() / 1000);
    if (now !== second) [second, handedOn] = [now, 0];
    handedOn += 1;
    if (handedOn > LINES_PER_SECOND) lines.dropped += 1;
    else options.onLine?.(line);
  };
  stream.on('data', (chunk: Buffer) => {
    const pieces = (rest + decoder.write(chunk)).split(/[\r\n]+/);
    rest = pieces.pop()!;
    for (const piece of pieces) keep(piece);
    if (rest.length > 8 * LINE_CHARACTERS) {
      keep(rest);
      rest = '';
    }
  });
  stream.on('end', () => keep(rest));
  return lines;
}

/** Removes user and password of addresses, and each secret in any form it is written in. */
function cleaner(secrets: readonly string[]): (text: string) => string {
  const forms = secrets
    .filter((secret) => secret !== '')
    .flatMap((secret) => [secret, encodeURIComponent(secret), encodeUserInfo(secret)])
    .sort((a, b) => b.length - a.length);
  return (text) => {
    const masked = forms.reduce((line, form) => line.replaceAll(form, '***'), text);
    return withoutCredentials(masked);
  };
}

/** Percent-encodes everything but letters, digits, "-", "_" and ".": safe before an "@". */
export function encodeUserInfo(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*~]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
