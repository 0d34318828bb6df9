import { access } from 'node:fs/promises';
import { connect } from 'node:net';
import type { Clock } from '@maskwatch/platform/clock';
import { type FailureReason, failureReason } from './failure-reason.ts';
import type { SourceAddress } from './source-address.ts';

/** Longer than a round trip to the other side of the world. */
const PROBE_MS = 2000;

/** undefined: the address takes connections (or the device is there); else why it does not. */
export type ProbeAddress = (
  address: SourceAddress,
  clock: Clock,
) => Promise<FailureReason | undefined>;

export const probeAddress: ProbeAddress = (address, clock) =>
  address.host === undefined
    ? access(address.url).then(
        () => undefined,
        () => failureReason(['No such device']),
      )
    : probeTcp(address.host, address.port!, clock);

function probeTcp(host: string, port: number, clock: Clock): Promise<FailureReason | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    const settle = (reason: FailureReason | undefined) => {
      cancel();
      socket.destroy();
      resolve(reason);
    };
    const cancel = clock.setTimer(() => settle(failureReason(['No route to host'])), PROBE_MS);
    socket.once('connect', () => settle(undefined));
    socket.once('error', (error: NodeJS.ErrnoException) => settle(reasonOf(error.code)));
  });
}

/** In the words that ffmpeg uses for the same error. */
function reasonOf(code: string | undefined): FailureReason {
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN')
    return failureReason(['Name or service not known']);
  if (code === 'ECONNREFUSED') return failureReason(['Connection refused']);
  return failureReason(['No route to host']);
}
