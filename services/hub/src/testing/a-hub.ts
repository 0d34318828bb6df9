/** A hub with a real store in a folder of its own, for tests; an owner's words come by `say`. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { HubBus, Sender } from '@maskwatch/bus/bus';
import type { Alert } from '@maskwatch/contracts/alert';
import type { EvidenceCandidate, HubMessage, IngestMessage } from '@maskwatch/contracts/bus';
import { Config } from '@maskwatch/contracts/config';
import type { Delivery } from '@maskwatch/contracts/delivery';
import type { Model } from '@maskwatch/contracts/model';
import { FakeClock } from '@maskwatch/platform/clock';
import { type Logger, silentLogger } from '@maskwatch/platform/logger';
import { EvidenceFolder } from '@maskwatch/store/evidence-folder';
import { openSqliteStore } from '@maskwatch/store/sqlite-store';
import type { Store } from '@maskwatch/store/store';
import { Hub } from '../hub.ts';
import type { DeliveriesPort } from '../hub-context.ts';

export interface AHubOptions {
  config?: object;
  /** Of an earlier hub: this one is its restart. */
  directory?: string;
  clock?: FakeClock;
  logger?: Logger;
  page?: string;
  /** That run; none where a test asks nothing of them. */
  models?: Model[];
  /** A folder of models. */
  registry?: string;
}

export type AHub = Awaited<ReturnType<typeof aHub>>;

export async function aHub(options: AHubOptions = {}) {
  const { clock = new FakeClock(), logger = silentLogger, page, registry, models = [] } = options;
  const directory = options.directory ?? (await mkdtemp(join(tmpdir(), 'maskwatch-hub-')));
  const config = Config.parse({
    cameras: [{ id: 'gate', source: 'rtsp://192.0.2.1/live' }],
    rules: [{ id: 'no_mask', states: ['no_mask'] }],
    access: { port: 0 },
    ...options.config,
  });
  const store = await openSqliteStore({ directory, clock, logger });
  const bus = aBus();
  const hub = new Hub({
    ...{ config, store, bus, clock, logger, models, version: '0.0.0' },
    files: new EvidenceFolder(join(directory, 'evidence')),
    deliveries: testMessages(store, clock),
    ...(page === undefined ? {} : { page }),
    ...(registry === undefined ? {} : { registry }),
  });
  /** Once more after a restart nothing: what was closed stays closed. */
  const close = async () => {
    await hub.stop();
    await store.close();
  };
  return {
    ...{ hub, store, bus, clock, directory, close },
    context: hub.context,
    alerts: (): Promise<Alert[]> => store.alerts({ limit: 50 }),
    async remove() {
      await close().catch(() => {});
      await rm(directory, { recursive: true, force: true });
    },
  };
}

function aBus() {
  const only = { ingestId: 'vision', epoch: 0 };
  let listener: (message: IngestMessage, bytes: Uint8Array, sender: Sender) => void = () => {};
  let connected: (connected: boolean) => void = () => {};
  const sent: HubMessage[] = [];
  return {
    sent,
    say: (message: IngestMessage, bytes = new Uint8Array(), sender: Sender = only) =>
      listener(message, bytes, sender),
    connect: (is: boolean) => connected(is),
    onMessage(given) {
      listener = given;
    },
    onConnected(given) {
      connected = given;
    },
    send: (message) => void sent.push(message),
    async close() {},
  } satisfies HubBus & Record<string, unknown>;
}

function testMessages(store: Store, clock: FakeClock): DeliveriesPort {
  return {
    wake() {},
    counters: { attempts: 0, delivered: 0, failed: 0, givenUp: 0 },
    sendTest: (endpointId): Promise<Delivery> =>
      store.addDelivery({
        ...{ id: `msg_${endpointId}`, endpointId, type: 'test', createdAt: clock.now() },
        body: '{"type":"test"}',
      }),
  };
}

/** A candidate of a track, and the bytes of its two pictures. */
export function aCandidate(
  trackId: string,
  { picture, crop = picture }: { picture: Uint8Array; crop?: Uint8Array },
): { candidate: EvidenceCandidate; bytes: Uint8Array } {
  return {
    candidate: {
      ...{ cameraId: 'gate', trackId, capturedAt: 1_700_000_000_000, quality: 1 },
      ...{ width: 64, height: 48, box: [10, 10, 20, 20] as const },
      crop: { width: 64, height: 48, box: [10, 10, 20, 20] },
      pictureBytes: picture.length,
      cropBytes: crop.length,
    },
    bytes: Buffer.concat([picture, crop]),
  };
}
