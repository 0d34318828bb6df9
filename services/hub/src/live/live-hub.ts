/**
 * Viewers: one unacknowledged picture per viewer and camera, the newest next, so that a slow
 * browser sees fewer pictures and never old ones. Alerts are told to all; who was away asks the
 * store for what came after the last sequence it saw. With an adapter several hubs hear one another:
 * then all that is of this hub's own viewers must be said with `local`.
 */
import type { Server as HttpServer } from 'node:http';
import type { Alert } from '@maskwatch/contracts/alert';
import type { Camera } from '@maskwatch/contracts/camera';
import {
  type ClientToServerEvents,
  type ServerToClientEvents,
  WatchMessage,
} from '@maskwatch/contracts/live';
import type { Observation } from '@maskwatch/contracts/observation';
import { HubStatus } from '@maskwatch/contracts/scaled';
import type { Clock } from '@maskwatch/platform/clock';
import type { Logger } from '@maskwatch/platform/logger';
import { Server, type ServerOptions, type Socket } from 'socket.io';
import type { Access } from '../http/access.ts';
import { viewersMany } from './viewers-many.ts';

/** A viewer that does not acknowledge for this long gets the next picture all the same. */
const acknowledgeMs = 5000;
/** In a row and from one viewer: then it is cut off, so that what it owes is bounded. */
const mostUnacknowledged = 12;
/** Looks, one a second, at which the kernel took nothing more for a viewer: alerts pile up for it. */
const mostStuck = 15;

interface LivePicture {
  observation: Observation;
  jpeg: Uint8Array;
}

/** One camera of one viewer. */
interface Credit {
  inFlight: boolean;
  waiting: LivePicture | undefined;
}

/** From hub to hub. */
interface HubEvents {
  /** The store has a change of an alert, of this sequence. */
  changed(sequence: number): void;
  /** What a hub says of itself. */
  hub(status: HubStatus): void;
}

type LiveServer = Server<ClientToServerEvents, ServerToClientEvents, HubEvents>;
type ViewerSocket = Socket<ClientToServerEvents, ServerToClientEvents, HubEvents>;

interface Viewer {
  socket: ViewerSocket;
  /** Pictures in a row that it did not acknowledge in time. */
  unacknowledged: number;
  /** Looks in a row at which it took nothing. */
  stuck: number;
  credits: Map<string, Credit>;
}

export interface LiveHubOptions {
  access: Access;
  /** At once; more are refused, and told so. */
  mostViewers: number;
  /** To other hubs; absent on one machine. */
  adapter?: ServerOptions['adapter'];
  clock: Clock;
  logger: Logger;
  onWatched(cameraIds: string[]): void;
  /** Another hub says that an alert has changed. */
  onAnnounced(sequence: number): void;
  onHub(status: HubStatus): void;
}

export class LiveHub {
  readonly #options: LiveHubOptions;
  readonly #viewers = new Map<string, Viewer>();
  #server: LiveServer | undefined;
  #skipped = 0;
  #refused = 0;

  constructor(options: LiveHubOptions) {
    this.#options = options;
  }

  get viewers(): number {
    return this.#viewers.size;
  }

  /** Pictures not sent because a newer one came before the viewer was ready. */
  get skipped(): number {
    return this.#skipped;
  }

  /** Viewers for whom there was no place, each time they came. */
  get refused(): number {
    return this.#refused;
  }

  /** Cameras that somebody watches. */
  get watched(): string[] {
    return [...new Set([...this.#viewers.values()].flatMap(({ credits }) => [...credits.keys()]))];
  }

  attach(http: HttpServer): void {
    const { access, adapter, logger, onAnnounced, onHub } = this.#options;
    const server: LiveServer = new Server(http, {
      transports: ['websocket'],
      serveClient: false,
      perMessageDeflate: false,
      maxHttpBufferSize: 16 * 1024,
      connectTimeout: 5000,
      allowRequest: (request, answer) => {
        const refused = access.refuse(request) !== undefined;
        answer(refused ? 'refused' : null, !refused);
      },
      ...(adapter === undefined ? {} : { adapter }),
    });
    server.use((_socket, next) => next(this.#refusal()));
    server.on('connection', (socket) => this.#join(socket));
    server.on('changed', (sequence) => {
      if (Number.isSafeInteger(sequence)) onAnnounced(sequence);
    });
    server.on('hub', (raw) => {
      const status = HubStatus.safeParse(raw);
      if (status.success) onHub(status.data);
    });
    server.engine.on('connection_error', (fault: Error) => {
      logger.debug({ err: fault }, 'a viewer was refused');
    });
    this.#server = server;
  }

  picture(live: LivePicture): void {
    for (const viewer of this.#viewers.values()) {
      const credit = viewer.credits.get(live.observation.cameraId);
      if (credit !== undefined) this.#offer(viewer, credit, live);
    }
  }

  /** To this hub's viewers; `follows` is the sequence that they were told before. */
  alert(alert: Alert, follows: number): void {
    this.#server?.local.emit('alert', alert, follows);
  }

  /** To the other hubs. */
  announce(sequence: number): void {
    // Alone there is nobody to hear it, and Socket.IO complains.
    if (this.#options.adapter !== undefined) this.#server?.serverSideEmit('changed', sequence);
  }

  sayHub(status: HubStatus): void {
    if (this.#options.adapter !== undefined) this.#server?.serverSideEmit('hub', status);
  }

  /** To be called each second: who is stuck is cut off too. */
  cameras(cameras: Camera[]): void {
    if (this.#viewers.size === 0) return;
    for (const viewer of this.#viewers.values()) {
      viewer.stuck = viewer.socket.conn.transport.writable ? 0 : viewer.stuck + 1;
      if (viewer.stuck >= mostStuck) cutOff(viewer);
    }
    this.#server?.local.volatile.emit('cameras', cameras, this.#options.clock.now());
  }

  async close(): Promise<void> {
    this.#server?.local.disconnectSockets(true);
    await this.#server?.close();
  }

  #refusal(): Error | undefined {
    const { mostViewers } = this.#options;
    if (this.viewers < mostViewers) return undefined;
    this.#refused += 1;
    return viewersMany(mostViewers);
  }

  #join(socket: ViewerSocket): void {
    const viewer: Viewer = { socket, unacknowledged: 0, stuck: 0, credits: new Map() };
    this.#viewers.set(socket.id, viewer);
    socket.on('watch', (raw) => {
      const cameraIds = WatchMessage.safeParse(raw);
      if (!cameraIds.success) return socket.disconnect(true);
      this.#watch(viewer, cameraIds.data);
    });
    socket.on('disconnect', () => {
      this.#viewers.delete(socket.id);
      this.#options.onWatched(this.watched);
    });
  }

  #watch({ credits }: Viewer, cameraIds: string[]): void {
    for (const id of credits.keys()) if (!cameraIds.includes(id)) credits.delete(id);
    for (const id of cameraIds) {
      if (!credits.has(id)) credits.set(id, { inFlight: false, waiting: undefined });
    }
    this.#options.onWatched(this.watched);
  }

  #offer(viewer: Viewer, credit: Credit, live: LivePicture): void {
    if (!credit.inFlight) {
      this.#send(viewer, credit, live);
      return;
    }
    if (credit.waiting !== undefined) this.#skipped += 1;
    credit.waiting = live;
  }

  #send(viewer: Viewer, credit: Credit, { observation, jpeg }: LivePicture): void {
    credit.inFlight = true;
    const sentAt = this.#options.clock.now();
    let done = false;
    const next = () => {
      if (done) return;
      done = true;
      cancel();
      credit.inFlight = false;
      const { waiting } = credit;
      credit.waiting = undefined;
      const watching = viewer.credits.get(observation.cameraId) === credit;
      if (waiting !== undefined && watching) this.#send(viewer, credit, waiting);
    };
    const cancel = this.#options.clock.setTimer(() => {
      viewer.unacknowledged += 1;
      if (viewer.unacknowledged >= mostUnacknowledged) cutOff(viewer);
      else next();
    }, acknowledgeMs);
    const acknowledge = () => {
      viewer.unacknowledged = 0;
      next();
    };
    const binary = jpeg as unknown as ArrayBuffer;
    viewer.socket.emit('picture', { observation, sentAt }, binary, acknowledge);
  }
}

/** The connection, not the viewer: who is still there connects again, and asks for what it missed. */
function cutOff({ socket }: Viewer): void {
  // What waits is discarded: who reads nothing would never take it.
  socket.conn.close(true);
}
