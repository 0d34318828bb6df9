/** Kills the service again and again while violations happen, and keeps what it had announced. */
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Alert } from '@maskwatch/contracts/alert';
import type { Camera } from '@maskwatch/contracts/camera';
import type { Delivery } from '@maskwatch/contracts/delivery';
import type { AlertPage } from '@maskwatch/contracts/http';
import { until } from '@maskwatch/platform/testing/until';
import { io, type Socket } from 'socket.io-client';
import { type RtspCamera, startRtspCamera } from '../cameras/rtsp-camera.ts';
import { FilmClock } from './film-clock.ts';
import { type Gap, judge, KillLedger, type Verdict } from './kill-ledger.ts';
import { WebhookReceiver } from './receiver.ts';
import { descendants, type RunningService, startService, stillRunning } from './start-service.ts';
import { buildVisitsFilm, type VisitsFilm } from './visits-film.ts';

/** after-commit: some milliseconds after an alert was heard of; in-attempt: the receiver has it open. */
export type Kill =
  | { who: 'hub'; when: 'after-commit'; delayMs: number }
  | { who: 'hub'; when: 'in-attempt' }
  | { who: 'hub' | 'vision'; when: 'whenever'; delayMs: number };

export interface KillRunOptions {
  folder: string;
  kills: Kill[];
  receiverDownMs: number;
  /** Between the service's return and the next kill, so that something can happen. */
  calmMs: number;
  print(line: string): void;
}

const secret = `whsec_${Buffer.from('the same secret in every run of this').toString('base64')}`;

export async function killRun(options: KillRunOptions): Promise<Verdict> {
  const film = await buildVisitsFilm(options.folder);
  const camera = await startRtspCamera({ film: film.film, running: true });
  const run = new KillRun(options, film);
  try {
    return await run.run(camera);
  } finally {
    await run.close();
    await camera.stop();
  }
}

class KillRun {
  readonly #options: KillRunOptions;
  readonly #visits: VisitsFilm;
  readonly #ledger: KillLedger;
  readonly #receiver: WebhookReceiver;
  readonly #gaps: Gap[] = [];
  #config = '';
  #film!: FilmClock;
  #service: RunningService | undefined;
  #socket: Socket | undefined;
  #onAnnounced: (alert: Alert) => void = () => {};

  constructor(options: KillRunOptions, visits: VisitsFilm) {
    this.#options = options;
    this.#visits = visits;
    this.#ledger = new KillLedger(join(options.folder, 'announced.jsonl'));
    this.#receiver = new WebhookReceiver({ secret, file: join(options.folder, 'taken.jsonl') });
  }

  async run(camera: RtspCamera): Promise<Verdict> {
    const { receiverDownMs, kills, print } = this.#options;
    const { url } = await this.#receiver.up();
    await this.#receiver.down();
    this.#config = configOf(camera.url, url);
    const startedAt = Date.now();
    const comesUp = sleep(receiverDownMs).then(() => this.#receiver.up());
    await this.#start();
    await this.#sighted(startedAt);
    const sightedAt = Date.now();
    // Known from the first viewer on.
    this.#film = new FilmClock('gate', this.#visits, camera.beganAt);
    for (const [n, kill] of kills.entries()) await this.#kill(n + 1, kill);
    await comesUp;
    const endedAt = Date.now();
    await this.#delivered();
    const { alerts } = await this.#service!.get<AlertPage>('/alerts?limit=200');
    const { announced } = this.#ledger;
    const showings = this.#film.showings(sightedAt, endedAt);
    const { taken, refused } = this.#receiver;
    const verdict = judge({ announced, taken, alerts, showings, gaps: this.#gaps });
    for (const fault of refused) verdict.faults.push(`the receiver refused: ${fault}`);
    print('');
    const hub = kills.filter(({ who }) => who === 'hub');
    const hits = hub.filter(({ when }) => when !== 'whenever').length;
    print(`${((Date.now() - startedAt) / 60_000).toFixed(1)} minutes, ${kills.length} kills`);
    print(`${hub.length} of the hub, ${hits} of them after a commit or in an open attempt`);
    print(`${showings.length} violations of the film, ${alerts.length} alerts in the store`);
    print(`${announced.length} announced transitions, ${taken.length} deliveries taken`);
    print(`${verdict.repeats} of them repeats, each with the id and the bytes of the first`);
    print(`${verdict.unseen.length} violations without an alert:`);
    for (const line of verdict.unseen) print(`  ${line}`);
    print(verdict.faults.length === 0 ? 'no fault' : `${verdict.faults.length} faults:`);
    for (const line of verdict.faults) print(`  ${line}`);
    return verdict;
  }

  async close(): Promise<void> {
    this.#socket?.disconnect();
    await this.#service?.kill9();
    await this.#receiver.close();
    this.#ledger.close();
  }

  async #start(): Promise<void> {
    const port = this.#service?.port;
    this.#service = await startService({
      ...{ folder: this.#options.folder, config: this.#config },
      ...(port === undefined ? {} : { port }),
    });
    const socket = io(this.#service.url, { transports: ['websocket'], reconnection: false });
    this.#socket = socket;
    socket.on('alert', (alert: Alert) => this.#announced(alert, 'socket'));
    await once(socket as unknown as NodeJS.EventEmitter, 'connect');
    const { alerts } = await this.#service.get<AlertPage>('/alerts?limit=200');
    for (const alert of alerts) this.#announced(alert, 'api');
  }

  #announced(alert: Alert, by: 'socket' | 'api'): void {
    if (this.#ledger.write(alert, by) && by === 'socket') this.#onAnnounced(alert);
  }

  async #kill(n: number, kill: Kill): Promise<void> {
    await sleep(this.#options.calmMs);
    const where = await this.#moment(kill);
    const service = this.#service!;
    const below = descendants(service.pid);
    const at = Date.now();
    if (kill.who === 'hub') {
      await service.kill9();
      this.#socket?.disconnect();
    } else {
      process.kill(service.visionPid(), 'SIGKILL');
    }
    const name = `kill ${n}`;
    const time = new Date(at).toISOString().slice(11, 23);
    const left = kill.who === 'hub' ? await survivors(below) : [];
    if (kill.who === 'hub') await this.#start();
    await this.#sighted(at);
    this.#gaps.push({ name, from: at, to: Date.now() });
    const seconds = ((Date.now() - at) / 1000).toFixed(1);
    this.#options.print(
      `${name.padEnd(8)}${kill.who.padEnd(7)}${time}  ${where}; film: ${this.#film.describe(at)}; ` +
        `judging again after ${seconds} s${left.length > 0 ? `; LEFT BEHIND: ${left.join(', ')}` : ''}`,
    );
    if (left.length > 0) throw new Error(`children outlived kill ${n}: ${left.join(', ')}`);
  }

  /** Waits for the moment of a kill; answers with what it hits. */
  async #moment(kill: Kill): Promise<string> {
    if (kill.when === 'whenever') {
      await sleep(kill.delayMs);
      return 'at no special moment';
    }
    if (kill.when === 'in-attempt') {
      const open = Promise.withResolvers<string>();
      const release = Promise.withResolvers<number>();
      this.#receiver.behaviour = ({ id, body }) => {
        open.resolve(`in the open attempt of ${body.type} ${body.data.id.slice(0, 8)} (${id})`);
        return release.promise;
      };
      const where = await open.promise;
      // The receiver takes it and answers nobody: after the restart it has to come again.
      setTimeout(() => release.resolve(204), 300);
      this.#receiver.behaviour = () => 204;
      return where;
    }
    const announced = Promise.withResolvers<Alert>();
    this.#onAnnounced = announced.resolve;
    const { id, condition } = await announced.promise;
    const heardAt = performance.now();
    this.#onAnnounced = () => {};
    await sleep(kill.delayMs);
    return `${Math.round(performance.now() - heardAt)} ms after the commit of ${id.slice(0, 8)} ${condition}`;
  }

  /** The camera was judged after this time. */
  async #sighted(after: number): Promise<void> {
    await until(
      'the camera is judged again',
      async () => {
        const camera = await this.#service!.get<Camera>('/cameras/gate');
        return (camera.lastJudgedAt ?? 0) > after;
      },
      { withinMs: 60_000 },
    );
  }

  async #delivered(): Promise<void> {
    const waiting = async () => {
      const { deliveries } = await this.#service!.get<{ deliveries: Delivery[] }>(
        '/deliveries?limit=200',
      );
      return deliveries.filter(({ state }) => state === 'waiting');
    };
    await until('nothing waits', async () => (await waiting()).length === 0, {
      withinMs: 180_000,
    });
  }
}

/** Those that outlive their parent by more than a moment. */
async function survivors(below: ReturnType<typeof descendants>): Promise<string[]> {
  for (let n = 0; n < 30 && stillRunning(below).length > 0; n += 1) await sleep(100);
  return stillRunning(below).map(({ pid, command }) => `${command} ${pid}`);
}

function configOf(source: string, url: string): string {
  return `
cameras: [{ id: gate, source: "${source}" }]
rules: [{ id: no_mask, states: [no_mask] }]
offlineAfter: 5m
endpoints:
  allow: [127.0.0.0/8]
  webhooks: [{ id: desk, url: "${url}", secret: "${secret}" }]
`;
}
