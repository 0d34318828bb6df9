/** A live client that watches cameras as a browser does, and notes when pictures came. */
import type {
  ClientToServerEvents,
  LivePicture,
  ServerToClientEvents,
} from '@maskwatch/contracts/live';
import { io, type Socket } from 'socket.io-client';

export interface SeenPicture {
  cameraId: string;
  capturedAt: number;
  /** On the hub's clock. */
  sentAt: number;
  receivedAt: number;
}

export interface Viewer {
  readonly pictures: readonly SeenPicture[];
  now(): number;
  close(): void;
}

export function startViewer(url: string, cameraIds: string[]): Viewer {
  const pictures: SeenPicture[] = [];
  // The processes of the service read UTC when they start, too, in whole milliseconds.
  const now = () => performance.timeOrigin + performance.now();
  const socket: Socket<ServerToClientEvents, ClientToServerEvents> = io(url, {
    transports: ['websocket'],
  });
  socket.on('connect', () => socket.emit('watch', cameraIds));
  socket.on('picture', ({ observation, sentAt }: LivePicture, _jpeg, acknowledge) => {
    const receivedAt = now();
    acknowledge();
    const { cameraId, capturedAt } = observation;
    pictures.push({ cameraId, capturedAt, sentAt, receivedAt });
  });
  return { pictures, now, close: () => void socket.close() };
}
