/** A command in a child process that is replaced when it dies, or lives and does nothing any more. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '@maskwatch/platform/logger';

const variable = 'MASKWATCH_SUPERVISED';
const beatMs = 1000;
/** Silence of a child that has spoken once. */
const silentMs = 5000;
/** Pauses between two starts grow up to this. */
const longestPauseMs = 10_000;
/** What lived for this long starts again with the shortest pause. */
const soundMs = 30_000;
/** What is wrong with the command or the models stays wrong. */
const refused = 2;

/** Tells when the work hangs: it is killed then, and begun anew. */
export type Watch = (stuck: () => boolean) => void;

/**
 * Runs `work` in a child of this process, which is the same command again. Ends with the child after
 * SIGTERM or SIGINT, and where it was refused (exit status 2).
 */
export async function supervised(
  logger: Logger,
  work: (watch: Watch) => Promise<void>,
): Promise<void> {
  if (process.env[variable] === undefined) return supervise(logger);
  let isStuck = () => false;
  const beat = setInterval(() => {
    if (!isStuck()) process.send?.('alive');
  }, beatMs);
  // Its parent is gone, and nobody would end it any more.
  process.once('disconnect', () => process.kill(process.pid, 'SIGKILL'));
  try {
    await work((stuck) => {
      isStuck = stuck;
    });
  } finally {
    clearInterval(beat);
    process.removeAllListeners('disconnect');
    process.disconnect?.();
  }
}

async function supervise(logger: Logger): Promise<void> {
  let child: ChildProcess | undefined;
  let stopping = false;
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      stopping = true;
      child?.kill(signal);
    });
  }
  let pauseMs = beatMs / 2;
  while (!stopping) {
    const startedAt = performance.now();
    child = fork(process.argv[1]!, process.argv.slice(2), {
      env: { ...process.env, [variable]: '1' },
    });
    const code = await ended(child, logger);
    if (stopping || code === refused) {
      process.exitCode = code ?? 1;
      break;
    }
    if (performance.now() - startedAt > soundMs) pauseMs = beatMs / 2;
    logger.error({ code, pauseMs }, 'the process ended and is started again');
    await sleep(pauseMs);
    pauseMs = Math.min(2 * pauseMs, longestPauseMs);
  }
}

/** Its exit status, null after a signal. */
async function ended(child: ChildProcess, logger: Logger): Promise<number | null> {
  let timer: NodeJS.Timeout | undefined;
  child.on('message', () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      logger.error('the process hangs and is killed');
      child.kill('SIGKILL');
    }, silentMs);
  });
  const [code] = (await once(child, 'exit')) as [number | null];
  clearTimeout(timer);
  return code;
}
