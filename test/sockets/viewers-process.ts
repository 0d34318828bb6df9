/**
 * Many viewers as one process: each watches one camera and all alerts as the page does, acknowledges
 * each picture, and asks the store for what it missed.
 */
import type { Alert } from '@maskwatch/contracts/alert';
import type { AlertPage } from '@maskwatch/contracts/http';
import type { ClientToServerEvents, ServerToClientEvents } from '@maskwatch/contracts/live';
import { systemClock } from '@maskwatch/platform/clock';
import { io, type Socket } from 'socket.io-client';
import type {
  ToldAlert,
  ViewerOrder,
  ViewersAnswer,
  ViewersFigures,
  ViewersOrder,
} from './viewers-messages.ts';

/** So many connect at once: a handshake costs the hub more than a picture. */
const atOnce = 20;

interface Viewer {
  url: string;
  headers: Record<string, string>;
  socket: Socket<ServerToClientEvents, ClientToServerEvents>;
  /** The last sequence that it was told of each alert. */
  told: Map<string, number>;
  sequence: number | undefined;
  joined: boolean;
}

let figures = noFigures();
const viewers: Viewer[] = [];

function noFigures(): ViewersFigures {
  return {
    ...{ connected: 0, pictures: 0, cameras: 0, alerts: 0, holes: 0, lost: 0 },
    ...{ pictureDelaysMs: [], alertDelaysMs: [] },
  };
}

/**
 * When what is told was decided, on the clock of this machine. Of an end it is not known: the rules
 * wait for a while before they call somebody gone.
 */
function decidedAt({ condition, handledAt = 0, violation }: Alert): number | undefined {
  return condition === 'ended' ? undefined : Math.max(violation.openedAt, handledAt);
}

function take(viewer: Viewer, alert: Alert): void {
  viewer.told.set(alert.id, Math.max(alert.sequence, viewer.told.get(alert.id) ?? 0));
  viewer.sequence = Math.max(alert.sequence, viewer.sequence ?? 0);
}

async function catchUp(viewer: Viewer): Promise<void> {
  if (viewer.sequence === undefined) return;
  const answer = await fetch(`${viewer.url}/api/v1/alerts?limit=200&after=${viewer.sequence}`, {
    headers: viewer.headers,
  });
  const { alerts } = (await answer.json()) as AlertPage;
  for (const alert of alerts) take(viewer, alert);
}

function join({ url, token, cameraId }: ViewerOrder): Promise<void> {
  const headers: Viewer['headers'] =
    token === undefined ? {} : { authorization: `Bearer ${token}` };
  const socket: Viewer['socket'] = io(url, {
    ...{ transports: ['websocket'], forceNew: true, extraHeaders: headers },
  });
  const viewer: Viewer = {
    ...{ url, headers, socket, told: new Map(), sequence: undefined, joined: false },
  };
  viewers.push(viewer);
  socket.on('picture', ({ observation }, _jpeg, acknowledge) => {
    figures.pictures += 1;
    figures.pictureDelaysMs.push(systemClock.now() - observation.capturedAt);
    acknowledge();
  });
  socket.on('cameras', () => {
    figures.cameras += 1;
  });
  socket.on('alert', (alert, follows) => {
    figures.alerts += 1;
    const at = decidedAt(alert);
    if (at !== undefined) figures.alertDelaysMs.push(systemClock.now() - at);
    const missed = viewer.sequence !== undefined && follows > viewer.sequence;
    if (missed) figures.holes += 1;
    // From what it knew before, also where the next ones come while it asks.
    const asked = missed ? catchUp(viewer) : undefined;
    asked?.catch(() => {});
    take(viewer, alert);
  });
  socket.on('disconnect', () => {
    figures.lost += 1;
  });
  return new Promise((resolve) => {
    socket.on('connect', () => {
      socket.emit('watch', cameraId === undefined ? [] : [cameraId]);
      if (viewer.joined) catchUp(viewer).catch(() => {});
      viewer.joined = true;
      resolve();
    });
  });
}

async function joinAll(orders: ViewerOrder[]): Promise<void> {
  for (let first = 0; first < orders.length; first += atOnce) {
    await Promise.all(orders.slice(first, first + atOnce).map(join));
  }
}

/** Of each viewer that was not told the last change of each of these alerts. */
function missing(alerts: ToldAlert[]): number {
  return viewers.reduce(
    (sum, { told }) =>
      sum + alerts.filter(({ id, sequence }) => (told.get(id) ?? 0) < sequence).length,
    0,
  );
}

process.on('message', async (order: ViewersOrder) => {
  const answer = (given: ViewersAnswer) => process.send?.(given);
  if (order.kind === 'join') {
    await joinAll(order.viewers);
    answer({ kind: 'joined' });
  } else if (order.kind === 'begin') {
    figures = noFigures();
    answer({ kind: 'begun' });
  } else if (order.kind === 'figures') {
    const connected = viewers.filter(({ socket }) => socket.connected).length;
    answer({ kind: 'figures', figures: { ...figures, connected } });
  } else {
    answer({ kind: 'missing', missing: missing(order.alerts) });
  }
});
