/**
 * Viewers that do harm: every second one reads nothing once it watches, the others read for a moment
 * now and then. They come again when they notice that they are cut off.
 */
import type { Socket as TcpSocket } from 'node:net';
import { constants, setPriority } from 'node:os';
import { io } from 'socket.io-client';

// They harm by what they do not read: their own work is that of other machines.
setPriority(constants.priority.PRIORITY_LOW);
const readMs = 100;
const pauseMs = 3000;

interface Order {
  viewers: { url: string; cameraIds: string[] }[];
}

export interface SlowFigures {
  /** Those that were connected once. */
  joined: number;
  /** Tries to connect that failed, and the last reason. */
  failed: number;
  reason: string;
  /** Times that one noticed that it was cut off. */
  cut: number;
}

const joined = new Set<number>();
const figures: SlowFigures = { joined: 0, failed: 0, reason: '', cut: 0 };

function join({ url, cameraIds }: Order['viewers'][number], index: number): void {
  const readsNothing = index % 2 === 0;
  const socket = io(url, { transports: ['websocket'], forceNew: true });
  let timer: NodeJS.Timeout | undefined;
  // The TCP socket below the one of the library ws.
  const below = () =>
    (socket.io.engine?.transport as unknown as { ws?: { _socket?: TcpSocket } })?.ws?._socket;
  const read = () => {
    below()?.resume();
    timer = setTimeout(() => {
      below()?.pause();
      timer = setTimeout(read, pauseMs);
    }, readMs);
  };
  socket.on('connect', () => {
    figures.joined = joined.add(index).size;
    socket.emit('watch', cameraIds);
    if (readsNothing) timer = setTimeout(() => below()?.pause(), readMs);
    else read();
  });
  socket.on('connect_error', (fault) => {
    figures.failed += 1;
    figures.reason = fault.message;
  });
  socket.on('picture', (_live, _jpeg, acknowledge: () => void) => acknowledge());
  socket.on('disconnect', () => {
    clearTimeout(timer);
    figures.cut += 1;
  });
}

process.on('message', ({ viewers }: Order) => {
  viewers.forEach(join);
});
setInterval(() => process.send?.(figures), 500);
