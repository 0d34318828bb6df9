/** A hub on the real bus that only leases cameras, as the test says. */
import { RedisHubBus } from '@maskwatch/bus/redis-hub-bus';
import type { IngestMessage } from '@maskwatch/contracts/bus';
import type { Tick } from '@maskwatch/contracts/observation';
import type { Lease } from '@maskwatch/contracts/scaled';
import { silentLogger } from '@maskwatch/platform/logger';

const repeatMs = 2000;
const validMs = 6000;

/** What was said of a camera, or by an ingest of itself. */
export interface Heard {
  at: number;
  ingestId: string;
  epoch: number;
  message: IngestMessage;
}

export class GrantingHub {
  readonly #bus: RedisHubBus;
  readonly #leases = new Map<string, Lease[]>();
  readonly #repeating: NodeJS.Timeout;
  #term: number;
  #silent = false;
  readonly heard: Heard[] = [];

  private constructor(bus: RedisHubBus, term: number) {
    this.#bus = bus;
    this.#term = term;
    bus.onMessage((message, _bytes, { ingestId, epoch }) => {
      this.heard.push({ at: Date.now(), ingestId, epoch, message });
      if (!this.#leases.has(ingestId)) this.#leases.set(ingestId, []);
    });
    this.#repeating = setInterval(() => this.#say(), repeatMs);
  }

  static async open(url: string, { hubId = 'hub', term = 1 } = {}): Promise<GrantingHub> {
    const bus = new RedisHubBus({ url, hubId, logger: silentLogger });
    await bus.ready();
    return new GrantingHub(bus, term);
  }

  /** Did this ingest say that it is there, in the last 3 s? */
  hears(ingestId: string): boolean {
    return this.heard.some((one) => {
      return (
        one.ingestId === ingestId && one.message.kind === 'ingest' && Date.now() - one.at < 3000
      );
    });
  }

  /** All that an ingest owns from now on. */
  lease(ingestId: string, leases: Record<string, number>): void {
    const all = Object.entries(leases).map(([cameraId, epoch]) => ({ cameraId, epoch }));
    this.#leases.set(ingestId, all);
    this.#say();
  }

  /** As a hub that forgot it: others hear their leases, it hears nothing. */
  forget(ingestId: string): void {
    this.#leases.delete(ingestId);
  }

  silence(): void {
    this.#silent = true;
  }

  /** Cameras of which an ingest said in its last word that it owns them, with their epochs. */
  owned(ingestId: string): Record<string, number> {
    const last = this.heard.findLast(
      (one) => one.ingestId === ingestId && one.message.kind === 'ingest',
    );
    if (last?.message.kind !== 'ingest') return {};
    return Object.fromEntries(last.message.owned.map(({ cameraId, epoch }) => [cameraId, epoch]));
  }

  /** Signs of life of a camera, oldest first. */
  ticks(cameraId: string, since = 0): (Heard & { tick: Tick })[] {
    return this.heard.flatMap((one) => {
      const { message, at } = one;
      if (message.kind !== 'tick' || at < since || message.tick.cameraId !== cameraId) return [];
      return { ...one, tick: message.tick };
    });
  }

  /** Does this ingest get pictures of the camera in this epoch? */
  watches(cameraId: string, ingestId: string, epoch: number, since = 0): boolean {
    return this.ticks(cameraId, since).some(
      (one) => one.ingestId === ingestId && one.epoch === epoch && one.tick.state === 'live',
    );
  }

  close(): Promise<void> {
    clearInterval(this.#repeating);
    return this.#bus.close();
  }

  #say(): void {
    if (this.#silent) return;
    for (const [ingestId, leases] of this.#leases) {
      this.#bus.send({ kind: 'leases', term: this.#term, ingestId, validMs, leases });
    }
  }
}
