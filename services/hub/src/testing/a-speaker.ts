/** An ingest without cameras, for tests: it says over a real Redis what it is told to have seen. */
import { RedisIngestBus } from '@maskwatch/bus/redis-ingest-bus';
import type { CameraConfig } from '@maskwatch/contracts/config';
import type { Track } from '@maskwatch/contracts/observation';
import { cameraHash } from '@maskwatch/platform/camera-hash';
import { systemClock } from '@maskwatch/platform/clock';
import { silentLogger } from '@maskwatch/platform/logger';
import { aCandidate } from './a-hub.ts';

const counters = {
  ...{ received: 0, replaced: 0, judged: 0, late: 0, lost: 0 },
  ...{ discarded: 0, starts: 1 },
};

export class ASpeaker {
  readonly #bus: RedisIngestBus;
  readonly #cameras: CameraConfig[];
  /** Since when each person breaks the rules. */
  readonly #people = new Map<string, number>();
  readonly #timers: NodeJS.Timeout[];
  #term = 0;
  #sequence = 0;
  /** Of the cameras that it owns. */
  epochs = new Map<string, number>();
  /** It believes no lease any more, and goes on in the epochs that it had. */
  stubborn = false;
  leaving = false;

  constructor(url: string, ingestId: string, cameras: CameraConfig[]) {
    this.#cameras = cameras;
    this.#bus = new RedisIngestBus({ url, ingestId, logger: silentLogger });
    this.#bus.onMessage((message) => {
      if (message.kind !== 'leases' || message.ingestId !== ingestId || this.stubborn) return;
      if (message.term < this.#term) return;
      this.#term = message.term;
      this.epochs = new Map(message.leases.map(({ cameraId, epoch }) => [cameraId, epoch]));
    });
    this.#timers = [
      setInterval(() => this.#sayItself(), 1000),
      setInterval(() => this.#sayCameras((id, epoch) => this.#observe(id, epoch)), 200),
      setInterval(() => this.#sayCameras((id, epoch) => this.#tick(id, epoch)), 1000),
    ];
  }

  /** A person without a mask stands there from now on. */
  appears(trackId: string): number {
    const now = systemClock.now();
    this.#people.set(trackId, now);
    return now;
  }

  leaves(trackId: string): void {
    this.#people.delete(trackId);
  }

  async close(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    await this.#bus.close();
  }

  #sayCameras(say: (cameraId: string, epoch: number) => void): void {
    for (const [cameraId, epoch] of this.epochs) say(cameraId, epoch);
  }

  #sayItself(): void {
    this.#bus.send({
      kind: 'ingest',
      stamp: { protocol: 1, version: '0.0.0', detector: { name: 'faces', sha256: 'a' } },
      owned: [...this.epochs].map(([cameraId, epoch]) => ({ cameraId, epoch })),
      cameras: Object.fromEntries(this.#cameras.map((one) => [one.id, cameraHash(one)])),
      leaving: this.leaving,
    });
  }

  #tick(cameraId: string, epoch: number): void {
    const at = systemClock.now();
    const tick = { cameraId, at, state: 'live', since: at, counters } as const;
    this.#bus.send({ kind: 'tick', tick }, [], epoch);
  }

  #observe(cameraId: string, epoch: number): void {
    const capturedAt = systemClock.now();
    const tracks = [...this.#people].map(([id, since], n): Track => {
      const seen = { firstSeenAt: since, lastSeenAt: capturedAt, stateSince: since };
      return {
        ...{ id, box: [100 + 300 * n, 100, 50, 60], confidence: 0.9, state: 'no_mask', ...seen },
        ...{ seen: true, looks: 9, probabilities: { no_mask: 1 }, unsure: false, poster: false },
      };
    });
    for (const { id } of tracks) this.#candidate(cameraId, id, epoch);
    const size = { width: 1280, height: 720 };
    const sequence = this.#sequence++;
    const observation = { cameraId, sequence, capturedAt, ...size, tracks, coveredMs: 200 };
    this.#bus.send({ kind: 'observation', observation: { ...observation, ageMs: 50 } }, [], epoch);
  }

  #candidate(cameraId: string, trackId: string, epoch: number): void {
    const picture = Uint8Array.of(1, 2, 3);
    const { candidate, bytes } = aCandidate(trackId, { picture });
    this.#bus.send({ kind: 'evidence', candidate: { ...candidate, cameraId } }, [bytes], epoch);
  }
}
