/**
 * Who may ask: with a token, whoever shows it; without one, only this machine, spoken to by a name
 * of its own and from a page of its own (no other site's page, no proxy's guest).
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { Problem } from '@maskwatch/platform/problem';

export const sessionCookie = 'maskwatch_session';

const loopbackHosts = new Set(['localhost', '127.0.0.1', '[::1]']);
const forwardingHeaders = ['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-real-ip', 'via'];

type Asked = Pick<IncomingMessage, 'headers' | 'method'>;

export interface AccessOptions {
  host: string;
  token: string | undefined;
}

export class Access {
  readonly #token: string | undefined;

  /** Throws Problem `access-open` for an address that others reach, without a token. */
  constructor({ host, token }: AccessOptions) {
    const loopback = host === '::1' || loopbackHosts.has(host);
    if (token === undefined && !loopback) {
      throw new Problem(
        'access-open',
        `Without a token the page answers on loopback, not ${host}.`,
        {
          action:
            'Set access.token (16 characters or more) in the config, or access.host: 127.0.0.1.',
        },
      );
    }
    this.#token = token;
  }

  /** True when no token is asked for. */
  get open(): boolean {
    return this.#token === undefined;
  }

  /** Why this request may not pass; undefined when it may. */
  refuse(request: Asked): Problem | undefined {
    if (this.#token === undefined) return refuseStranger(request);
    if (this.#bearer(request)) return undefined;
    if (this.#session(request)) return refuseOtherSite(request);
    return new Problem('access-token', 'This service asks for its token.', {
      action: 'Send it as "Authorization: Bearer TOKEN", or open the page and enter it there.',
      status: 401,
    });
  }

  /** The cookie's value for who shows the right token; undefined otherwise. */
  session(token: string): string | undefined {
    return this.#token !== undefined && same(token, this.#token) ? this.#cookie() : undefined;
  }

  #bearer({ headers }: Asked): boolean {
    const match = /^Bearer (.+)$/i.exec(headers.authorization ?? '');
    return match !== null && same(match[1]!, this.#token!);
  }

  #session({ headers }: Asked): boolean {
    const cookies = (headers.cookie ?? '').split(/;\s*/).map((pair) => pair.split('='));
    return cookies.some(
      ([name, value]) => name === sessionCookie && same(value ?? '', this.#cookie()),
    );
  }

  /** Derived, so that a restart signs nobody out and a new token signs everybody out. */
  #cookie(): string {
    return createHmac('sha256', this.#token!).update('maskwatch session').digest('hex');
  }
}

function refuseStranger(request: Asked): Problem | undefined {
  const { headers } = request;
  const forwarded = forwardingHeaders.find((name) => headers[name] !== undefined);
  if (forwarded !== undefined) return notHere(`The request came through a proxy (${forwarded}).`);
  const host = (headers.host ?? '').replace(/:\d+$/, '').toLowerCase();
  if (!loopbackHosts.has(host)) return notHere(`The service was asked for as "${host}".`);
  return refuseOtherSite(request);
}

function refuseOtherSite({ headers }: Asked): Problem | undefined {
  const { origin, host } = headers;
  if (origin === undefined || originHost(origin) === host) return undefined;
  return notHere('The request came from a page of another site.');
}

function originHost(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined;
}

function notHere(why: string): Problem {
  return new Problem('access-stranger', why, {
    action: 'Open http://localhost on this machine, or set access.token in the config.',
    status: 403,
  });
}

function same(given: string, wanted: string): boolean {
  // Equal lengths for timingSafeEqual, whatever was given.
  const digest = (text: string) => createHmac('sha256', 'same').update(text).digest();
  return timingSafeEqual(digest(given), digest(wanted));
}
