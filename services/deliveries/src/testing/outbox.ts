import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EndpointConfig } from '@maskwatch/contracts/config';
import { FakeClock } from '@maskwatch/platform/clock';
import { silentLogger } from '@maskwatch/platform/logger';
import { TimerJobs } from '@maskwatch/store/jobs/timer-jobs';
import { openSqliteStore } from '@maskwatch/store/sqlite-store';
import type { Store } from '@maskwatch/store/store';
import { Deliveries, type DeliveriesOptions } from '../service.ts';

export const secret = `whsec_${Buffer.alloc(32, 5).toString('base64')}`;

export function endpointTo(id: string, url: string): EndpointConfig {
  return EndpointConfig.parse({ id, url, secret });
}

/** A real store in a folder of its own, a clock that is moved by hand, and deliveries between. */
export class Outbox {
  readonly directory = mkdtempSync(join(tmpdir(), 'maskwatch-deliveries-'));
  /** From today on: receivers refuse signatures of long ago. */
  readonly clock = new FakeClock(Date.now());
  readonly #services: Deliveries[] = [];
  #store: Store | undefined;

  get store(): Store {
    if (this.#store === undefined) throw new Error('not opened');
    return this.#store;
  }

  async open(): Promise<this> {
    const { directory, clock } = this;
    this.#store = await openSqliteStore({ directory, clock, reserveBytes: 4096 });
    return this;
  }

  /** Lets another process have the file. */
  async leave(): Promise<void> {
    await this.#store?.close();
    this.#store = undefined;
  }

  async deliver(
    endpoints: EndpointConfig[],
    change: Partial<DeliveriesOptions> = {},
  ): Promise<Deliveries> {
    const { store, clock } = this;
    const jobs = new TimerJobs({ clock, logger: silentLogger });
    const service = new Deliveries({
      ...{ store, jobs, endpoints, clock, logger: silentLogger },
      allow: ['127.0.0.1/32'],
      random: () => 0.5,
      // The clock of a test passes days.
      sweepMs: 30_000,
      ...change,
    });
    this.#services.push(service);
    // As the hub does before it is the active one.
    await service.takeOver();
    await service.start();
    return service;
  }

  async close(): Promise<void> {
    for (const service of this.#services) {
      const stopped = service.stop();
      await this.clock.advance(5000);
      await stopped;
    }
    await this.#store?.close();
    rmSync(this.directory, { recursive: true, force: true });
  }
}
