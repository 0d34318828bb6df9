import { type ChildProcess, fork, type StdioOptions } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Problem } from '@maskwatch/platform/problem';
import type { NetworkFile } from '@maskwatch/runtime/model-folder';
import type { Feeds, Opened, Outputs, TrialAnswer, TrialRequest } from './trial-messages.ts';

/** What one network may take in its own process; a full YOLOv4 at 608 pixels takes 1 GB and 3 s. */
const mostBytes = 4 * 1024 ** 3;
const mostMilliseconds = 120_000;
const looksEvery = 100;

export interface TrialLimits {
  bytes?: number;
  milliseconds?: number;
}

/** The bytes of an .onnx file; or files of TensorFlow.js, the JSON first. */
export type TrialNetwork = Uint8Array | readonly NetworkFile[];

/** A network in a process of its own, which ends when it takes too much memory or time. */
export interface Trial extends Opened {
  /** Problems: import-network where the runtime refuses it, import-too-large, import-too-slow. */
  run(feeds: Feeds): Promise<Outputs>;
  close(): Promise<void>;
}

/** Opens a network; problems as those of a run. */
export async function openTrial(network: TrialNetwork, limits: TrialLimits = {}): Promise<Trial> {
  const files = 'buffer' in network ? [{ name: 'network.onnx', bytes: network }] : network;
  const folder = await mkdtemp(join(tmpdir(), 'maskwatch-import-'));
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
    for (const { name, bytes } of files) await writeFile(join(folder, name), bytes);
    const answer = await ask(child, { open: join(folder, files[0]!.name) }, limits);
    return { ...trial, ...('opened' in answer ? answer.opened : {}) };
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
    const refuse = (code: string, what: string, action?: string) =>
      end(() => reject(trialProblem(code, what, action)));
    const tooLong = () => performance.now() - started > milliseconds;
    const tooSlow = () => {
      child.kill('SIGKILL');
      refuse('import-too-slow', `takes more than ${milliseconds / 1000} s`);
    };
    const answered = (answer: TrialAnswer) => {
      // Between two looks an answer that came too late could pass.
      if (tooLong()) tooSlow();
      else if ('problem' in answer) {
        refuse('import-network', `does not run: ${answer.problem}`, answer.action);
      } else end(() => resolve(answer));
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

const smaller = 'Give a smaller --size, or a network that is made for pictures of this size.';

function trialProblem(code: string, what: string, action = smaller): Problem {
  return new Problem(
    code,
    `The network cannot be used: run on one picture, it ${what.replace(/\.$/, '')}.`,
    { action, status: 422 },
  );
}
