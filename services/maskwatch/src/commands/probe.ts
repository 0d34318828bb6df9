import { messageOf, Problem } from '@maskwatch/platform/problem';
import { Command } from 'commander';

const patienceMs = 3000;
const longestAnswer = 500;

/** For health checks of containers: /livez and /readyz are open, so no token is needed. */
export function probeCommand(): Command {
  return new Command('probe')
    .description('ask a service whether it is well: exit status 0 if it answers 200 within 3 s')
    .argument('<url>', 'such as http://127.0.0.1:8788/readyz')
    .action(probe);
}

async function probe(url: string): Promise<void> {
  const signal = AbortSignal.timeout(patienceMs);
  let said: string;
  try {
    const response = await fetch(url, { signal, redirect: 'manual' });
    const body = await response.text();
    if (response.status === 200) return;
    said = `${response.status} ${body.slice(0, longestAnswer)}`;
  } catch (fault) {
    const cause = fault instanceof Error && fault.cause !== undefined ? fault.cause : fault;
    said = signal.aborted ? `nothing within ${patienceMs / 1000} s` : messageOf(cause);
  }
  throw new Problem('not-well', `${url} answered: ${said.trim()}`);
}
