/** A command in a child process that is replaced when it dies, or lives and does nothing any more. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { WorkerDeath } from '@maskwatch/contracts/scaled';
import type { Logger } from '@maskwatch/platform/logger';

const variable = 'MASKWATCH_SUPERVISED';
const deathVariable = 'MASKWATCH_DEATH_BEFORE';
const beatMs = 1000;
/** So many looks, a beat apart, without a word of a child whose work has begun. */
const silentLooks = 5;
/** Pauses between two starts grow up to this. */
const longestPauseMs = 10_000;
/** What lived for this long starts again with the shortest pause. */
const soundMs = 30_000;
/** What is wrong with the command or the models stays wrong. */
const refused = 2;

/** Called when the work has begun: from then on it must go on. `stuck` tells where it does not. */
export type Watch = (stuck?: () => boolean) => void;

/** What a child says to its supervisor. */
type Word = 'alive' | { underWay: readonly string[] };

/**
 * Runs `work` in a child of this process, which is the same command again: what only the work needs is
 * better loaded by it, since this process lives as long. Ends with the child after
 * SIGTERM or SIGINT, where it was refused (exit status 2), and where the work never began.
 */
export async function supervised(
  logger: Logger,
  work: (watch: Watch) => Promise<void>,
): Promise<void> {
  if (process.env[variable] === undefined) return supervise(logger);
  let beat: NodeJS.Timeout | undefined;
  // Its parent is gone, and nobody would end it any more.
  process.once('disconnect', () => process.kill(process.pid, 'SIGKILL'));
  try {
    await work((stuck = () => false) => {
      beat = setInterval(() => {
        if (!stuck()) say('alive');
      }, beatMs);
      say('alive');
    });
  } finally {
    clearInterval(beat);
    process.removeAllListeners('disconnect');
    process.disconnect?.();
  }
  // A connection to an engine that stands still would keep it.
  process.exit();
}

/**
 * Of a child: whose pictures it is judging from now on. It is with the supervisor when this returns:
 * no abort can swallow it.
 */
export function sayUnderWay(cameraIds: readonly string[]): void {
  say({ underWay: cameraIds });
}

/** Of a child: the crash of the one before it, where pictures were under way. */
export function deathBefore(): WorkerDeath | undefined {
  const text = process.env[deathVariable];
  return text === undefined ? undefined : JSON.parse(text);
}

function say(word: Word): void {
  if (process.connected) process.send?.(word);
}

async function supervise(logger: Logger): Promise<void> {
  let child: ChildProcess | undefined;
  let stopping = false;
  let begun = false;
  let death: WorkerDeath | undefined;
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      stopping = true;
      child?.kill(signal);
    });
  }
  let pauseMs = beatMs / 2;
  while (!stopping) {
    const startedAt = performance.now();
    // In a group of its own, so that Ctrl+C reaches it once, from here.
    child = fork(process.argv[1]!, process.argv.slice(2), {
      env: {
        ...{ ...process.env, [variable]: '1' },
        ...(death === undefined ? {} : { [deathVariable]: JSON.stringify(death) }),
      },
      detached: true,
    });
    child.once('message', () => {
      begun = true;
    });
    const { code, ...end } = await ended(child, logger);
    death = end.death;
    if (stopping || code === refused || !begun) {
      process.exitCode = code ?? 1;
      break;
    }
    if (performance.now() - startedAt > soundMs) pauseMs = beatMs / 2;
    const cameraIds = death?.cameraIds;
    logger.error({ code, cameraIds, pauseMs }, 'the process ended and is started again');
    await sleep(pauseMs);
    pauseMs = Math.min(2 * pauseMs, longestPauseMs);
  }
}

interface End {
  /** Its exit status, null after a signal. */
  code: number | null;
  /** Where it crashed or hung, and pictures were under way. */
  death: WorkerDeath | undefined;
}

async function ended(child: ChildProcess, logger: Logger): Promise<End> {
  let looks: NodeJS.Timeout | undefined;
  let hung = false;
  let cameraIds: readonly string[] = [];
  child.on('message', (word: Word) => {
    // No sign of life: one thread may hang while others go on.
    if (word !== 'alive') {
      cameraIds = word.underWay;
      return;
    }
    clearInterval(looks);
    // Looks are counted: where both stood still together for a while, its silence was no fault.
    let silent = 0;
    looks = setInterval(() => {
      silent += 1;
      if (silent < silentLooks) return;
      logger.error('the process hangs and is killed');
      hung = true;
      child.kill('SIGKILL');
    }, beatMs);
  });
  // "close", not "exit": what it said last is read by then.
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  clearInterval(looks);
  // Who else sends SIGKILL, an operator or a system without memory, means no picture.
  const crashed = hung || (code !== 0 && signal !== 'SIGKILL');
  // On the clock that its successor will start with.
  const death = { at: Date.now(), cameraIds: [...cameraIds] };
  return { code, death: crashed && cameraIds.length > 0 ? death : undefined };
}
