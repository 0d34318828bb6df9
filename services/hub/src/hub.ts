/**
 * The hub: observations in; violations, alerts, the page and its API out. It holds no pixel that it
 * was not sent, and runs no model.
 */
import { randomUUID } from 'node:crypto';
import type { HubBus } from '@maskwatch/bus/bus';
import type { HubMessage } from '@maskwatch/contracts/bus';
import type { Config } from '@maskwatch/contracts/config';
import { judgingOf, type Model } from '@maskwatch/contracts/model';
import type { Clock } from '@maskwatch/platform/clock';
import type { Logger } from '@maskwatch/platform/logger';
import { messageOf, Problem } from '@maskwatch/platform/problem';
import { BlindWatch } from '@maskwatch/rules/blind-watch';
import { RuleEngine } from '@maskwatch/rules/rule-engine';
import { modelsFolder } from '@maskwatch/runtime/registry';
import type { EvidenceFiles } from '@maskwatch/store/evidence-files';
import type { Store } from '@maskwatch/store/store';
import type { FastifyInstance } from 'fastify';
import { CameraBoard } from './cameras/camera-board.ts';
import { ActivePlace } from './cluster/active-place.ts';
import { alone } from './cluster/alone.ts';
import { Cluster, type ScaledOptions } from './cluster/cluster.ts';
import { EvidenceLedger } from './evidence/evidence-ledger.ts';
import { Access } from './http/access.ts';
import { createServer } from './http/server.ts';
import type { DeliveriesPort, HubContext } from './hub-context.ts';
import { Intake } from './intake.ts';
import { AlertFeed } from './live/alert-feed.ts';
import { LiveHub } from './live/live-hub.ts';
import { RegisteredModels } from './models/registered-models.ts';
import { Readiness } from './readiness.ts';
import { AlertBook } from './violations/alert-book.ts';
import { HoldKeeper } from './violations/hold-keeper.ts';
import { VisionWatch } from './vision-watch.ts';

/** How often a full disk is asked whether there is room again. */
const recoverMs = 5000;
/** How often the store is asked what has changed of alerts, for what nobody has announced. */
const alertsMs = 2000;
/** How often it is looked who has lost a camera. */
const leaseLookMs = 500;

export interface HubOptions {
  config: Config;
  models: Model[];
  /** The folder of all models; where the runtime looks for them by itself. */
  registry?: string;
  store: Store;
  bus: HubBus;
  deliveries: DeliveriesPort;
  /** The pictures of evidence. */
  files: EvidenceFiles;
  /** One of several hubs; absent on one machine. */
  scaled?: ScaledOptions;
  /** The built page. */
  page?: string;
  version: string;
  clock: Clock;
  logger: Logger;
}

export class Hub {
  readonly #options: HubOptions;
  readonly #access: Access;
  readonly #blindWatch: BlindWatch;
  readonly #intake: Intake;
  readonly #place: ActivePlace;
  readonly #holds: HoldKeeper;
  readonly #cluster: Cluster | undefined;
  #server: FastifyInstance | undefined;
  #cancelTimers: (() => void)[] = [];
  /** What the rooms share; the composition tells it of the vision process. */
  readonly context: HubContext;

  /** Throws Problem `access-open`. */
  constructor(options: HubOptions) {
    this.#options = options;
    const { config, clock, logger, store, scaled, bus } = options;
    this.#access = new Access({ host: config.access.host, token: config.access.token });
    this.#blindWatch = new BlindWatch({ offlineAfterMs: config.offlineAfter, newId: randomUUID });
    this.#place = new ActivePlace({
      ...{ leadership: alone, hubId: 'hub', ...scaled, clock, logger },
      takeOver: () => this.#takeOver(),
      stepDown: () => this.#stepDown(),
    });
    this.context = this.#wire();
    const { rules, alerts, board, live } = this.context;
    this.#holds = new HoldKeeper({ rules, ruleConfigs: config.rules, alerts, store, logger });
    if (scaled !== undefined) {
      this.#cluster = new Cluster({
        ...{ ...scaled, cameras: config.cameras, bus, board, live, place: this.#place },
        ...{ version: options.version, clock, logger },
      });
      this.context.cluster = this.#cluster;
    }
    this.#intake = new Intake(this.context, {
      blindWatch: this.#blindWatch,
      place: this.#place,
      cluster: this.#cluster,
    });
    for (const { id } of config.cameras) this.#blindWatch.watch(id, clock.now());
  }

  /** Answers with the port it listens on. Throws Problem `port-in-use`. */
  async start(): Promise<{ port: number }> {
    const { bus, config, page } = this.#options;
    const { live, feed } = this.context;
    await this.#place.start();
    await feed.start();
    this.#server = await createServer({ context: this.context, access: this.#access, page });
    live.attach(this.#server.server);
    bus.onMessage((message, bytes, sender) => this.#intake.message(message, { bytes, sender }));
    bus.onConnected((connected) => this.#connected(connected));
    const port = await this.#listen(config.access);
    this.#every(1000, () => this.#second());
    this.#every(alertsMs, () => feed.look());
    this.#every(recoverMs, () => void this.context.alerts.recover().catch(this.#complain));
    if (this.#cluster !== undefined) this.#every(leaseLookMs, () => this.#cluster!.look());
    return { port };
  }

  /** Stops taking in, commits what was said, gives its place up, closes viewers and requests. */
  async stop(): Promise<void> {
    for (const cancel of this.#cancelTimers) cancel();
    this.#intake.stop();
    await this.#place.stop();
    await this.context.alerts.stop();
    if (this.#place.active) await this.#holds.keep();
    await this.#place.resign().catch(this.#complain);
    await this.context.feed.stop();
    const closed = this.context.live.close();
    // It waits for the requests under way, and a client may never finish its own.
    this.#server?.server.closeAllConnections();
    await closed;
    await this.#server?.close();
  }

  #second(): void {
    this.#intake.second();
    if (this.#place.active) void this.#holds.keep();
  }

  /**
   * What was open when another hub, or this one, went goes on; of a camera that is configured no
   * more it ends.
   */
  async #takeOver(): Promise<void> {
    const { store, clock, config, deliveries } = this.#options;
    const { rules, alerts } = this.context;
    await deliveries.takeOver?.();
    await this.#cluster?.takeOver();
    const configured = new Set(config.cameras.map(({ id }) => id));
    const open = await store.openViolations();
    const holds = await store.holds();
    const now = clock.now();
    const ours = open.filter(({ cameraId }) => configured.has(cameraId));
    rules.forget();
    rules.restore(
      ours,
      holds.filter(({ cameraId }) => configured.has(cameraId)),
    );
    this.#blindWatch.restore(ours, now);
    for (const violation of open) {
      if (ours.includes(violation)) continue;
      alerts.ended({ ...violation, endedAt: now, ended: 'camera-lost' }, 'camera-lost');
    }
  }

  /** Another hub goes on: answers when nothing of what this one knew can reach the store. */
  async #stepDown(): Promise<void> {
    this.context.rules.forget();
    await Promise.all([this.context.alerts.abandon(), this.#holds.forget()]);
  }

  #wire(): HubContext {
    const { config, clock, logger, store, files, deliveries } = this.#options;
    const { models, version, bus, scaled } = this.#options;
    const startedAt = clock.now();
    const { rules: ruleConfigs, zones, cameras, endpoints, publicUrl } = config;
    const judging = judgingOf({
      detector: models.find((model) => model.task === 'detector'),
      classifier: models.find((model) => model.task === 'classifier'),
    });
    const smallestJudged = judging.smallestFace;
    const ledger = new EvidenceLedger();
    const onWatched = (cameraIds: string[]) => bus.send({ kind: 'watched', cameraIds });
    const live = new LiveHub({
      ...{ access: this.#access, mostViewers: config.access.viewers, clock, logger, onWatched },
      ...(scaled === undefined ? {} : { adapter: scaled.adapter }),
      onAnnounced: (sequence) => feed.announced(sequence),
      onHub: (status) => this.#cluster?.heardHub(status),
    });
    const feed = new AlertFeed({
      ...{ store, logger },
      tell: (alert, follows) => live.alert(alert, follows),
      announce: (sequence) => live.announce(sequence),
    });
    const alerts = new AlertBook({
      ...{ store, ledger, files, publicUrl, clock, logger },
      endpoints: endpoints.webhooks,
      onAlert({ sequence }) {
        feed.changed(sequence);
        deliveries.wake();
      },
      onFenced: () => this.#place.check(),
    });
    const vision = new VisionWatch(startedAt);
    const blindWatch = this.#blindWatch;
    const registered = new RegisteredModels({
      configured: namesInUse(config.models, models),
      loaded: models,
      registry: this.#options.registry ?? modelsFolder(),
    });
    return {
      ...{ config, models, registered, judging, version, startedAt, clock, logger, store },
      deliveries,
      board: new CameraBoard({ cameras, zones, smallestJudged, blindWatch, startedAt }),
      rules: new RuleEngine({ rules: ruleConfigs, zones, newId: randomUUID, smallestJudged }),
      ...{ ledger, files, alerts, live, feed, vision },
      readiness: new Readiness({ store, alerts, clock, work: () => this.#cluster ?? vision }),
    };
  }

  #connected(connected: boolean): void {
    const { vision, live } = this.context;
    if (this.#cluster !== undefined) {
      this.#cluster.connected(connected);
      return;
    }
    vision.connected = connected;
    if (!connected) return;
    vision.heardAt = this.#options.clock.now();
    this.#options.bus.send(this.#configuration());
    this.#options.bus.send({ kind: 'watched', cameraIds: live.watched });
  }

  /** Cameras of `quarantined` stay out of the vision process. */
  #configuration(): HubMessage {
    const { config } = this.#options;
    const { vision } = this.context;
    return {
      kind: 'configure',
      cameras: config.cameras.filter(({ id }) => !vision.quarantined.has(id)),
      models: config.models,
      evidenceStates: [...new Set(config.rules.flatMap(({ states }) => states))],
    };
  }

  async #listen({ host, port }: Config['access']): Promise<number> {
    // For "localhost" it would open a second server, on ::1, which the live channel knows nothing of.
    const address = host === 'localhost' ? '127.0.0.1' : host;
    try {
      await this.#server!.listen({ host: address, port });
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw cause;
      throw new Problem('port-in-use', `Port ${port} of ${host} is in use.`, {
        action: 'Stop what uses it, or choose another with --port or access.port.',
        cause,
      });
    }
    const bound = this.#server!.server.address();
    return typeof bound === 'object' && bound !== null ? bound.port : port;
  }

  #every(ms: number, task: () => void): void {
    const index = this.#cancelTimers.length;
    const again = () => {
      this.#cancelTimers[index] = this.#options.clock.setTimer(() => {
        again();
        task();
      }, ms);
    };
    again();
  }

  readonly #complain = (fault: unknown) => {
    this.#options.logger.warn({ fault: messageOf(fault) }, 'a repeated task failed');
  };
}

/** Beside a detector that judges by itself no classifier runs. */
function namesInUse(
  { detector, classifier }: Config['models'],
  loaded: readonly Model[],
): string[] {
  const alone = loaded.some((model) => model.task === 'detector' && model.judges !== undefined);
  return alone ? [detector] : [detector, classifier];
}
