/** All services apart, cameras with known violations before them, and a record of what was promised. */
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Alert } from '@maskwatch/contracts/alert';
import type { Camera } from '@maskwatch/contracts/camera';
import type { Delivery } from '@maskwatch/contracts/delivery';
import type { AlertPage } from '@maskwatch/contracts/http';
import { until } from '@maskwatch/platform/testing/until';
import { io, type Socket } from 'socket.io-client';
import { type RtspCamera, startRtspCamera } from '../cameras/rtsp-camera.ts';
import { type Cluster, startCluster } from '../scaled/cluster.ts';
import type { Container } from '../scaled/compose/container.ts';
import { FilmClock } from '../service/film-clock.ts';
import { type Gap, judge, KillLedger, type Verdict } from '../service/kill-ledger.ts';
import { WebhookReceiver } from '../service/receiver.ts';
import { buildVisitsFilm, type VisitsFilm } from '../service/visits-film.ts';
import { Viewers } from '../sockets/viewers.ts';

export const cameraIds = ['gate', 'door'];

/** What is announced may take this long to the receiver after the last fault is over. */
const deliveredMs = 90_000;

export class Stage {
  readonly cluster: Cluster;
  readonly #folder: string;
  readonly #camera: RtspCamera;
  readonly #visits: VisitsFilm;
  readonly #receiver: WebhookReceiver;
  readonly #ledger: KillLedger;
  readonly #socket: Socket;
  #viewers: Viewers | undefined;
  #viewerCount = 0;

  private constructor(parts: {
    cluster: Cluster;
    folder: string;
    camera: RtspCamera;
    visits: VisitsFilm;
    receiver: WebhookReceiver;
  }) {
    this.cluster = parts.cluster;
    this.#folder = parts.folder;
    this.#camera = parts.camera;
    this.#visits = parts.visits;
    this.#receiver = parts.receiver;
    this.#ledger = new KillLedger(join(parts.folder, 'announced.jsonl'));
    this.#socket = io(this.cluster.url, {
      ...{ transports: ['websocket'], reconnectionDelay: 200, reconnectionDelayMax: 500 },
      extraHeaders: { authorization: `Bearer ${this.cluster.token}` },
    });
    this.#socket.on('alert', (alert: Alert) => this.#ledger.write(alert, 'socket'));
  }

  /** Answers when every camera is judged. Needs root and MASKWATCH_SHAPE=scaled. */
  static async open(): Promise<Stage> {
    const folder = await mkdtemp(join(tmpdir(), 'maskwatch-faults-'));
    const visits = await buildVisitsFilm(folder);
    const camera = await startRtspCamera({ film: visits.film, running: true });
    const secret = `whsec_${randomBytes(32).toString('base64')}`;
    const receiver = await new WebhookReceiver({ secret, file: join(folder, 'taken.jsonl') }).up();
    const cluster = await startCluster({
      config: ({ hostAddress, subnet }) =>
        configOf({ source: camera.url, hook: receiver.url, secret, subnet }).replaceAll(
          '127.0.0.1',
          hostAddress,
        ),
    });
    const stage = new Stage({ cluster, folder, camera, visits, receiver });
    await stage.well(Date.now());
    return stage;
  }

  /** Others who look on, in a process of their own; few of them watch a camera all the time. */
  async lookOn(count: number): Promise<void> {
    const { url, token } = this.cluster;
    this.#viewers = new Viewers();
    this.#viewerCount = count;
    const watching = Math.ceil(count / 50);
    await this.#viewers.join(
      Array.from({ length: count }, (_, n) => ({
        ...{ url, token },
        ...(n < watching && { cameraId: cameraIds[n % cameraIds.length]! }),
      })),
    );
  }

  /** Answers with how many of them were not told the last change, over all alerts since `from`. */
  async leave(from: number): Promise<number> {
    const { alerts } = await this.get<AlertPage>('/alerts?limit=200');
    const mine = alerts.filter(({ violation }) => violation.startedAt >= from);
    const missing = (await this.#viewers?.missing(mine)) ?? 0;
    this.#viewers?.close();
    this.#viewers = undefined;
    this.#viewerCount = 0;
    return missing;
  }

  async close(): Promise<void> {
    this.#viewers?.close();
    this.#socket.disconnect();
    await this.cluster.stop();
    await this.#camera.stop();
    await this.#receiver.close();
    this.#ledger.close();
    await rm(this.#folder, { recursive: true, force: true });
  }

  /** Containers of services whose names begin so. */
  all(service: string): Container[] {
    return [...this.cluster.containers.values()].filter((one) =>
      one.service.name.startsWith(service),
    );
  }

  /** The hub whose rules count. Throws Error where there is none. */
  async active(): Promise<Container> {
    const found = await this.#first('hub', 8787, /^maskwatch_hub_active 1$/m);
    if (found === undefined) throw new Error('no hub is active');
    return found;
  }

  /** An ingest that owns cameras. Throws Error where there is none. */
  async owner(): Promise<Container> {
    const found = await this.#first('ingest', 8788, /^maskwatch_ingest_cameras [1-9]/m);
    if (found === undefined) throw new Error('nobody owns a camera');
    return found;
  }

  /**
   * Answers with the time at which all was well: each service ready, one hub active, each camera
   * judged in a picture younger than `after`. Those that are `away` are not asked.
   */
  async well(after: number, away: Container[] = []): Promise<number> {
    const missing: string[] = [];
    const look = async () => {
      missing.splice(0);
      const asked = ['hub', 'ingest', 'inference', 'deliveries'].flatMap((name) => this.all(name));
      const present = asked.filter((one) => !away.includes(one));
      await Promise.all(
        present.map(async (one) => {
          const said = await readiness(one);
          if (said !== undefined) missing.push(`${one.name}: ${said}`);
        }),
      );
      const active = await this.active().catch(() => undefined);
      if (active === undefined || away.includes(active)) missing.push('no hub is active');
      const { connected = 0 } = (await this.#viewers?.figures()) ?? {};
      if (connected < this.#viewerCount) missing.push(`${connected} viewers are connected`);
      const { cameras } = await this.get<{ cameras: Camera[] }>('/cameras').catch((fault) => {
        missing.push(`the page: ${fault}`);
        return { cameras: [] };
      });
      for (const { id, lastJudgedAt = 0 } of cameras) {
        if (lastJudgedAt <= after) missing.push(`${id} is not judged`);
      }
      return missing.length === 0;
    };
    await until('all is well', look, { withinMs: 120_000, seen: () => missing });
    return Date.now();
  }

  async #delivered(): Promise<void> {
    let waiting: unknown;
    const nothing = async () => {
      const asked = this.get<{ deliveries: Delivery[] }>('/deliveries?limit=200');
      const { deliveries } = await asked.catch((fault) => {
        waiting = String(fault);
        return { deliveries: undefined };
      });
      if (deliveries === undefined) return false;
      waiting = deliveries.find(({ state }) => state === 'waiting');
      return waiting === undefined;
    };
    await until('nothing waits', nothing, { withinMs: deliveredMs, seen: () => waiting });
  }

  /** Of the containers of a service the first whose metrics say so. */
  async #first(service: string, port: number, said: RegExp): Promise<Container | undefined> {
    const headers = { authorization: `Bearer ${this.cluster.token}` };
    const ones = this.all(service).filter(({ running }) => running);
    const texts = await Promise.all(
      ones.map(async ({ address }) => {
        const signal = AbortSignal.timeout(2000);
        const asked = fetch(`http://${address}:${port}/metrics`, { headers, signal });
        return asked.then((answer) => answer.text()).catch(() => '');
      }),
    );
    return ones.find((_, n) => said.test(texts[n]!));
  }

  /** GET of the page's API, through the one address. */
  async get<T>(path: string): Promise<T> {
    const { url, token } = this.cluster;
    const answer = await fetch(`${url}/api/v1${path}`, {
      headers: { authorization: `Bearer ${token}` },
      signal: AbortSignal.timeout(3000),
    });
    if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`);
    return (await answer.json()) as T;
  }

  /** What became of the violations and promises of a time, once nothing waits any more. */
  async verdict(from: number, to: number, gaps: Gap[]): Promise<Verdict & { showings: number }> {
    await this.#delivered();
    const { alerts: known } = await this.get<AlertPage>('/alerts?limit=200');
    for (const alert of known) this.#ledger.write(alert, 'api');
    // In this order: what is announced was committed, and what is taken is in the store by then.
    const { announced } = this.#ledger;
    await this.#delivered();
    const taken = [...this.#receiver.taken];
    const { alerts } = await this.get<AlertPage>('/alerts?limit=200');
    const film = new FilmClock('gate', this.#visits, this.#camera.beganAt);
    const showings = film.showings(from, to).flatMap((showing) =>
      cameraIds.map((cameraId) => ({
        ...showing,
        cameraId,
        name: `${cameraId} ${showing.name}`,
      })),
    );
    // What began before is judged with the fault before.
    const mine = alerts.filter(({ violation }) => violation.startedAt >= from);
    const ids = new Set(mine.map(({ id }) => id));
    const verdict = judge({
      announced: announced.filter(({ alertId }) => ids.has(alertId)),
      taken: taken.filter(({ body }) => Date.parse(body.data.startedAt) >= from),
      // Also those of before: one whose end was put off by the fault takes the next in its place as its own.
      ...{ alerts, showings, gaps },
    });
    return { ...verdict, showings: showings.length };
  }
}

/** Why a service is not ready; undefined where it is. */
async function readiness(container: Container): Promise<string | undefined> {
  if (!container.running) return 'does not run';
  const port = container.service.name.startsWith('hub') ? 8787 : 8788;
  try {
    const signal = AbortSignal.timeout(2000);
    const answer = await fetch(`http://${container.address}:${port}/readyz`, { signal });
    return answer.ok ? undefined : await answer.text();
  } catch (fault) {
    return String(fault);
  }
}

function configOf({ source, hook, secret, subnet }: Record<string, string>): string {
  const cameras = cameraIds.map((id) => `  - { id: ${id}, source: "${source}", rate: 4 }`);
  return `
cameras:
${cameras.join('\n')}
rules: [{ id: no_mask, states: [no_mask] }]
offlineAfter: 5m
access: { token: "\${MASKWATCH_TOKEN}", viewers: 1000 }
endpoints:
  allow: [${subnet}]
  webhooks: [{ id: desk, url: "${hook}", secret: "${secret}" }]
`;
}
