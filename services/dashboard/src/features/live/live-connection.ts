import type { Alert } from '@maskwatch/contracts/alert';
import type { Camera } from '@maskwatch/contracts/camera';
import {
  type ClientToServerEvents,
  LivePicture,
  type ServerToClientEvents,
} from '@maskwatch/contracts/live';
import { ProblemDetails } from '@maskwatch/contracts/problem';
import { io, type Socket } from 'socket.io-client';
import { ServerClock } from '../../lib/server-clock.ts';
import { WatchList } from './watch-list.ts';

/** A page that was refused asks again after this. */
const refusedMs = 5000;

/** Draws; must be done with the bitmap when it returns. */
export type PictureHandler = (live: LivePicture, bitmap: ImageBitmap) => void;

export type Link = 'connecting' | 'connected' | 'lost';

/** What the page does when the service speaks. */
export interface LiveListener {
  connected(): void;
  refused(): void;
  alert(alert: Alert, follows: number): void;
  cameras(cameras: Camera[]): void;
}

/** The one socket of the page: asks for pictures of what is visible, hands on what comes. */
export class LiveConnection {
  readonly clock = new ServerClock();
  readonly #socket: Socket<ServerToClientEvents, ClientToServerEvents> = io({
    path: '/socket.io',
    transports: ['websocket'],
    autoConnect: false,
    reconnectionDelay: 500,
    reconnectionDelayMax: 3000,
  });
  readonly #watched = new WatchList<PictureHandler>();
  readonly #latest = new Map<string, LivePicture>();
  readonly #linkListeners = new Set<() => void>();
  #link: Link = 'connecting';
  #announceDue = false;
  #broken = 0;
  #refusal: ProblemDetails | undefined;
  #again: ReturnType<typeof setTimeout> | undefined;

  /** Connects, until the answer is called. */
  start(listener: LiveListener): () => void {
    const socket = this.#socket;
    socket.on('connect', () => {
      this.#refusal = undefined;
      this.#setLink('connected');
      this.#announce();
      listener.connected();
    });
    socket.on('disconnect', (reason) => {
      this.#setLink('lost');
      // The service closed it on purpose: the session may be over.
      if (reason === 'io server disconnect') {
        listener.refused();
        socket.connect();
      }
    });
    socket.on('connect_error', (fault) => {
      this.#refusal = ProblemDetails.safeParse((fault as { data?: unknown }).data).data;
      this.#setLink('lost');
      listener.refused();
      // By the service itself, not by the network: then the client does not try again.
      if (!socket.active) this.#again = setTimeout(() => socket.connect(), refusedMs);
    });
    socket.on('alert', listener.alert);
    socket.on('cameras', (cameras, sentAt) => {
      this.clock.observe(sentAt);
      listener.cameras(cameras);
    });
    socket.on('picture', (live, jpeg, acknowledge) => {
      void this.#show(live, jpeg).catch(this.#countBroken).finally(acknowledge);
    });
    document.addEventListener('visibilitychange', this.#announceSoon);
    socket.connect();
    return () => {
      document.removeEventListener('visibilitychange', this.#announceSoon);
      clearTimeout(this.#again);
      socket.off();
      socket.disconnect();
    };
  }

  /** Shows the pictures of a camera to `handler` until the answer is called. */
  watch(cameraId: string, handler: PictureHandler): () => void {
    this.#watched.add(cameraId, handler);
    this.#announceSoon();
    return () => {
      this.#watched.delete(cameraId, handler);
      this.#announceSoon();
    };
  }

  /** The observation that was last drawn of this camera. */
  latest(cameraId: string): LivePicture | undefined {
    return this.#latest.get(cameraId);
  }

  /** Pictures that came and could not be read or drawn. */
  get broken(): number {
    return this.#broken;
  }

  readonly link = (): Link => this.#link;

  /** Why the service did not let this page in the last time. */
  readonly refusal = (): ProblemDetails | undefined => this.#refusal;

  readonly subscribeLink = (listener: () => void): (() => void) => {
    this.#linkListeners.add(listener);
    return () => this.#linkListeners.delete(listener);
  };

  async #show(message: LivePicture, jpeg: ArrayBuffer): Promise<void> {
    const handlers = this.#watched.of(message.observation?.cameraId);
    if (handlers.length === 0) return;
    const live = LivePicture.parse(message);
    this.clock.observe(live.sentAt);
    const bitmap = await createImageBitmap(new Blob([jpeg], { type: 'image/jpeg' }));
    try {
      for (const handler of handlers) handler(live, bitmap);
      this.#latest.set(live.observation.cameraId, live);
    } finally {
      bitmap.close();
    }
  }

  readonly #countBroken = (): void => {
    this.#broken += 1;
  };

  #setLink(link: Link): void {
    this.#link = link;
    for (const listener of this.#linkListeners) listener();
  }

  /** Tiles come and go together: one message tells of all of them. */
  readonly #announceSoon = (): void => {
    if (this.#announceDue) return;
    this.#announceDue = true;
    setTimeout(() => {
      this.#announceDue = false;
      this.#announce();
    }, 20);
  };

  #announce(): void {
    if (!this.#socket.connected) return;
    // Nobody looks at a hidden page: its pictures would cost bandwidth and be shown to no one.
    this.#socket.emit('watch', document.hidden ? [] : this.#watched.cameraIds());
  }
}
