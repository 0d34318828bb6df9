import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { messageOf, Problem } from '@maskwatch/platform/problem';
import {
  asNetwork,
  isPublic,
  isWithin,
  type Network,
  parseAddress,
  parseNetwork,
} from './networks.ts';

/** All addresses of a name, as the machine resolves it. */
export type Resolve = (host: string) => Promise<string[]>;

/** Where an attempt may connect to: to these addresses and no other. */
export interface Destination {
  url: URL;
  addresses: string[];
}

/** Ports of web servers; another one is reached only where `allow` names the address. */
const webPorts: ReadonlySet<string> = new Set(['', '80', '443', '8080', '8443']);

export const resolveBySystem: Resolve = async (host) =>
  (await lookup(host, { all: true, order: 'verbatim' })).map((found) => found.address);

/**
 * Webhooks reach public addresses, and private ones only inside the networks of `endpoints.allow`.
 * Asked anew before every attempt, because a name may point elsewhere by then.
 */
export class DestinationGuard {
  readonly #allow: readonly Network[];
  readonly #resolve: Resolve;
  /** Bounded by the endpoints: a name that hangs takes one thread of the resolver, not all. */
  readonly #asked = new Map<string, Promise<string[]>>();

  constructor(allow: readonly string[], resolve: Resolve = resolveBySystem) {
    this.#allow = allow.map(parseNetwork);
    this.#resolve = resolve;
  }

  /** Throws a Problem: `destination-invalid`, `destination-unresolved`, `destination-denied`. */
  async check(address: string): Promise<Destination> {
    const url = parseDestination(address);
    const host = url.hostname.replace(/^\[|\]$/g, '');
    const addresses = isIP(host) === 0 ? await this.#addresses(host) : [host];
    for (const found of addresses) this.#refuse(url, found);
    return { url, addresses };
  }

  #refuse(url: URL, text: string): void {
    const address = parseAddress(text);
    if (isWithin(address, this.#allow)) return;
    const inside = !isPublic(address);
    if (!inside && webPorts.has(url.port)) return;
    const place = url.hostname.includes(text) ? text : `${url.hostname} (${text})`;
    const what = inside ? 'a private or reserved address' : `called on port ${url.port}`;
    throw new Problem('destination-denied', `${place} is ${what}, which webhooks do not reach.`, {
      action: `Add to the config: endpoints.allow: ["${asNetwork(address)}"]`,
      status: 400,
    });
  }

  async #addresses(host: string): Promise<string[]> {
    let asked = this.#asked.get(host);
    if (asked === undefined) {
      asked = this.#resolve(host).finally(() => this.#asked.delete(host));
      this.#asked.set(host, asked);
    }
    try {
      const found = await asked;
      if (found.length > 0) return found;
    } catch (error) {
      throw unresolved(host, error);
    }
    throw unresolved(host, new Error('no address'));
  }
}

function unresolved(host: string, cause: unknown): Problem {
  return new Problem(
    'destination-unresolved',
    `The name ${host} could not be resolved (${messageOf(cause)}).`,
    { cause, action: 'Check the name in the config, and the name server of this machine.' },
  );
}

/** Parsed once, so that what is judged is what is called. */
function parseDestination(address: string): URL {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  const fault =
    url === undefined
      ? 'it is no valid address'
      : url.protocol !== 'https:' && url.protocol !== 'http:'
        ? `its scheme is ${url.protocol.slice(0, -1)}`
        : url.username !== '' || url.password !== ''
          ? 'it contains a user name or password'
          : url.hash !== ''
            ? 'it contains a fragment (#)'
            : undefined;
  if (url !== undefined && fault === undefined) return url;
  throw new Problem('destination-invalid', `The webhook's address cannot be used: ${fault}.`, {
    action: 'Write https://host/path or http://host/path; the signature is what proves the sender.',
    status: 400,
  });
}
