import { type ChildProcess, fork, type StdioOptions } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Problem } from '@maskwatch/platform/problem';
import type { Feeds, Outputs, TrialAnswer, TrialRequest } from './trial-messages.ts';

/** What one network may take in its own process; a full YOLOv4 at 608 pixels takes 1 GB and 3 s. */
const mostBytes = 4 * 1024 ** 3;
const mostMilliseconds = 120_000;
const looksEvery = 100;

export interface TrialLimits {
  bytes?: number;
  milliseconds?: number;
}

/** A network in a process of its own, which ends when it takes too much memory or time. */
export interface Trial {
  /** Problems: import-network where the runtime refuses it, import-too-large, import-too-slow. */
  run(feeds: Feeds): Promise<Outputs>;
  close(): Promise<void>;
}

/** Opens the bytes of an .onnx file; problems as those of a run. */
export async function openTrial(onnx: Uint8Array, limits: TrialLimits = {}): Promise<Trial> {
  const folder = await mkdtemp(join(tmpdir(), 'maskwatch-import-'));
  const path = join(folder, 'network.onnx');
  const script = fileURLToPath(new URL('./trial-process.ts', import.meta.url));
  const stdio: StdioOptions = ['ignore', 'ignore', 'ignore', 'ipc'];
  const child = fork(script, { serialization: 'advanced', execArgv: [], stdio });
  // What goes wrong with it is told by the request under way.
  child.on('error', () => undefined);
  const trial: Trial = {
    async run(feeds) {
      const answer = await ask(child, { run: feeds }, limits);
      return 'outputs' in answer ? answer.outputs : {};
    },
    async close() {
      child.kill('SIGKILL');
      await rm(folder, { recursive: true, force: true });
    },
  };
  try {
    await writeFile(path, onnx);
    await ask(child, { open: path }, limits);
    return trial;
  } catch (thrown) {
    await trial.close();
    throw thrown;
  }
}

/** One request and its answer, or the problem that ended it. */
function ask(
  child: ChildProcess,
  request: TrialRequest,
  limits: TrialLimits,
): Promise<TrialAnswer> {
  const { bytes = mostBytes, milliseconds = mostMilliseconds } = limits;
  return new Promise((resolve, reject) => {
    const started = performance.now();
    const end = (settle: () => void) => {
      clearInterval(watch);
      child.off('message', answered).off('exit', exited);
      settle();
    };
    const refuse = (code: string, what: string) => end(() => reject(trialProblem(code, what)));
    const tooLong = () => performance.now() - started > milliseconds;
    const tooSlow = () => {
      child.kill('SIGKILL');
      refuse('import-too-slow', `takes more than ${milliseconds / 1000} s`);
    };
    const answered = (answer: TrialAnswer) => {
      // Between two looks an answer that came too late could pass.
      if (tooLong()) tooSlow();
      else if ('problem' in answer) refuse('import-network', `does not run: ${answer.problem}`);
      else end(() => resolve(answer));
    };
    const exited = (code: number | null, signal: NodeJS.Signals | null) => {
      refuse('import-network', `ends its process (${signal ?? `status ${code}`})`);
    };
    const watch = setInterval(() => {
      const tooLarge = residentBytes(child.pid) > bytes;
      if (!tooLarge) return tooLong() ? tooSlow() : undefined;
      child.kill('SIGKILL');
      refuse('import-too-large', `takes more than ${Math.round(bytes / 1e6)} MB`);
    }, looksEvery);
    child.on('message', answered).on('exit', exited);
    child.send(request, (error) => {
      if (error !== null) refuse('import-network', 'ends its process');
    });
  });
}

/** As Linux tells it, in kB; 0 where nobody tells. */
function residentBytes(pid: number | undefined): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return 1024 * Number(/^VmRSS:\s*(\d+) kB/m.exec(status)?.[1] ?? 0);
  } catch {
    return 0;
  }
}

function trialProblem(code: string, what: string): Problem {
  return new Problem(
    code,
    `The network cannot be used: run on one picture, it ${what.replace(/\.$/, '')}.`,
    {
      action: 'Give a smaller --size, or a network that is made for pictures of this size.',
      status: 422,
    },
  );
}
