import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Config } from '@maskwatch/contracts/config';
import { messageOf } from '@maskwatch/platform/problem';
import type { OnnxProvider } from '@maskwatch/runtime/provider';
import type { Finding } from './finding.ts';
import type { TriedProvider } from './try-provider.ts';

const script = fileURLToPath(new URL('./try-provider.ts', import.meta.url));
/** A GPU prepares both networks within seconds. */
const longestMs = 60_000;

/** Where the models can compute, and why not elsewhere: each provider in a process of its own. */
export async function* providers(models: Config['models']): AsyncGenerator<Finding> {
  for (const provider of ['cpu', 'cuda', 'webgpu'] as const) yield await tried(provider, models);
}

async function tried(
  about: OnnxProvider,
  { detector, classifier }: Config['models'],
): Promise<Finding> {
  const args = [script, about, detector, classifier];
  try {
    const { stdout } = await promisify(execFile)(process.execPath, args, {
      timeout: longestMs,
      killSignal: 'SIGKILL',
    });
    const { fallback, ms }: TriedProvider = JSON.parse(stdout);
    if (fallback !== undefined) return { level: 'note', about, detail: fallback };
    const time = `their test pictures take ${ms.toFixed(0)} ms`;
    return { level: 'ok', about, detail: `the models compute on it as they should; ${time}` };
  } catch (thrown) {
    return { level: about === 'cpu' ? 'fail' : 'note', about, detail: endOf(thrown) };
  }
}

/** Why a process that tried a provider gave no answer. */
function endOf(thrown: unknown): string {
  const { killed, signal, stderr } = thrown as {
    killed?: boolean;
    signal?: string;
    stderr?: string;
  };
  if (killed) return `the models were not ready after ${longestMs / 1000} s`;
  if (signal) return `its driver ended the process that tried it (${signal})`;
  const why = stderr?.split('\n').find((line) => /^(\w*Error|Problem)/.test(line));
  return `it cannot be tried: ${why?.slice(0, 300) ?? messageOf(thrown)}`;
}
