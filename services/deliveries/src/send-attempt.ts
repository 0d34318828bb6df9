import type { LookupFunction } from 'node:net';
import { isIPv6 } from 'node:net';
import type { Clock } from '@maskwatch/platform/clock';
import { messageOf, Problem } from '@maskwatch/platform/problem';
import { Agent, buildConnector, type Dispatcher, request } from 'undici';
import type { Destination, DestinationGuard } from './destination-guard.ts';
import { parseAddress } from './networks.ts';
import { parseRetryAfter } from './retry-schedule.ts';
import { signedHeaders } from './signature.ts';

/** What a receiver said, or why nothing was heard of it. */
export interface Answer {
  status?: number;
  retryAfterMs?: number;
  /** What went wrong, as a sentence without secrets; absent on success. */
  error?: string;
}

export interface Message {
  id: string;
  body: string;
  url: string;
  secret: string;
}

export interface Sending {
  clock: Clock;
  guard: DestinationGuard;
  /** Ends the attempt early when the service stops. */
  signal: AbortSignal;
  /** All of an attempt: name, connection, answer. */
  totalMs?: number;
  connectMs?: number;
}

const defaultTotalMs = 15_000;
const defaultConnectMs = 5000;

/** The status decides; some of the body is read so that the receiver can finish in peace. */
const longestAnswer = 16 * 1024;

/** One HTTP try. Never throws for what a receiver or a network can do. */
export async function sendAttempt(message: Message, sending: Sending): Promise<Answer> {
  const totalMs = sending.totalMs ?? defaultTotalMs;
  const timeout = new AbortController();
  const cancel = sending.clock.setTimer(() => {
    timeout.abort(new Error(`No answer within ${totalMs / 1000} s.`));
  }, totalMs);
  const signal = AbortSignal.any([sending.signal, timeout.signal]);
  try {
    const destination = await abortable(sending.guard.check(message.url), signal);
    return await post(message, { ...sending, destination, signal });
  } catch (error) {
    return { error: sentenceOf(signal.aborted ? signal.reason : error) };
  } finally {
    cancel();
  }
}

async function post(
  message: Message,
  sending: Sending & { destination: Destination },
): Promise<Answer> {
  const { clock, destination, signal } = sending;
  // An agent of its own: no connection outlives the check of its address. No redirects, no proxy.
  const agent = new Agent({
    connect: connectorTo(destination, sending.connectMs ?? defaultConnectMs),
    headersTimeout: 0,
    bodyTimeout: 0,
    allowH2: false,
  });
  try {
    const response = await request(destination.url, {
      method: 'POST',
      dispatcher: agent,
      signal,
      headers: {
        'content-type': 'application/json',
        'user-agent': 'maskwatch',
        ...signedHeaders({ ...message, at: clock.now() }),
      },
      body: message.body,
    });
    await readSome(response.body);
    return toAnswer(response, clock.now());
  } finally {
    await agent.destroy();
  }
}

function toAnswer({ statusCode, headers }: Dispatcher.ResponseData, now: number): Answer {
  if (statusCode >= 200 && statusCode < 300) return { status: statusCode };
  const header = headers['retry-after'];
  const retryAfterMs = parseRetryAfter(Array.isArray(header) ? header[0] : header, now);
  const redirect = statusCode >= 300 && statusCode < 400;
  return {
    status: statusCode,
    error: redirect
      ? `The receiver answered ${statusCode}; redirects are not followed.`
      : `The receiver answered ${statusCode}.`,
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  };
}

/** Whatever happens to the body: the status line has been heard. */
async function readSome(body: Dispatcher.ResponseData['body']): Promise<void> {
  let read = 0;
  try {
    for await (const chunk of body) {
      read += (chunk as Buffer).length;
      if (read > longestAnswer) break;
    }
  } catch {
    // A body that hangs or breaks off takes nothing from the answer.
  }
  body.destroy();
}

/** Connects to the checked addresses only: names are not resolved a second time. */
function connectorTo({ addresses }: Destination, timeout: number): buildConnector.connector {
  const lookup: LookupFunction = (_host, options, callback) => {
    const found = addresses.map((address) => ({ address, family: isIPv6(address) ? 6 : 4 }));
    if (options.all) callback(null, found);
    else callback(null, found[0]?.address ?? '', found[0]?.family);
  };
  const connect = buildConnector({ timeout, lookup, autoSelectFamily: true, allowH2: false });
  const checked = new Set(addresses.map((address) => parseAddress(address).toString()));
  return (options, callback) =>
    connect(options, (...[error, socket]) => {
      if (error !== null) return callback(error, null);
      const remote = socket.remoteAddress;
      if (remote !== undefined && checked.has(parseAddress(remote).toString())) {
        return callback(null, socket);
      }
      socket.destroy();
      callback(new Error('The connection led to an address that was not checked.'), null);
    });
}

/** A look-up of a name cannot be cancelled, but it need not be waited for. */
function abortable<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason);
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}

const sentences: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'The receiver refused the connection.',
  ECONNRESET: 'The receiver broke the connection off.',
  EPIPE: 'The receiver broke the connection off.',
  EHOSTUNREACH: 'There is no route to the receiver.',
  ENETUNREACH: 'There is no route to the receiver.',
  ETIMEDOUT: 'The receiver did not take the connection in time.',
  UND_ERR_CONNECT_TIMEOUT: 'The receiver did not take the connection in time.',
  UND_ERR_SOCKET: 'The receiver closed the connection without an answer.',
};

function sentenceOf(error: unknown): string {
  if (error instanceof Problem) return [error.message, error.action].filter(Boolean).join(' ');
  const inner = error instanceof AggregateError ? error.errors[0] : error;
  const code = (inner as NodeJS.ErrnoException | undefined)?.code;
  return (code && sentences[code]) ?? messageOf(inner);
}
