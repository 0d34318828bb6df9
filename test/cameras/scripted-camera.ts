/** Bad cameras: each listens on a free port of this machine and misbehaves as its script says. */
import { createServer, type Server, type Socket } from 'node:net';

export interface ScriptedCamera {
  readonly port: number;
  /** Connections so far. */
  readonly connections: number;
  stop(): Promise<void>;
}

/** `script` gets each connection; what it starts must end when the socket closes. */
export async function startScriptedCamera(
  script: (socket: Socket) => void,
  port = 0,
): Promise<ScriptedCamera> {
  let connections = 0;
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    connections += 1;
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => sockets.delete(socket));
    script(socket);
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    port: address.port,
    get connections() {
      return connections;
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

/** Takes the connection and never says a word. */
export function blackHole(socket: Socket): void {
  socket.resume();
}

/** Answers every HTTP request with this status. */
export function httpStatus(line: string): (socket: Socket) => void {
  return (socket) => {
    socket.once('data', () => socket.end(`HTTP/1.1 ${line}\r\nContent-Length: 0\r\n\r\n`));
  };
}

/** Answers OPTIONS as a camera does and refuses DESCRIBE with this status. */
export function rtspStatus(line: string): (socket: Socket) => void {
  return (socket) => {
    socket.on('data', (request: Buffer) => {
      const sequence = /CSeq: (\d+)/i.exec(request.toString('latin1'))?.[1] ?? '1';
      const describes = request.toString('latin1').startsWith('DESCRIBE');
      const status = describes ? line : '200 OK';
      socket.write(`RTSP/1.0 ${status}\r\nCSeq: ${sequence}\r\nPublic: OPTIONS, DESCRIBE\r\n\r\n`);
    });
  };
}

export interface MjpegScript {
  jpegs: readonly Buffer[];
  framesPerSecond: number;
  /** After so many pictures of a connection something else happens; never where absent. */
  after?: number;
  /** stall: silence; drip: a byte each 100 ms; close: an orderly end; noise: bytes between pictures. */
  afterwards?: 'stall' | 'drip' | 'close' | 'noise';
}

/** Motion JPEG over HTTP. */
export function mjpeg({ jpegs, framesPerSecond, after, afterwards }: MjpegScript) {
  return (socket: Socket): void => {
    let sent = 0;
    const timers: NodeJS.Timeout[] = [];
    const every = (ms: number, action: () => void) => timers.push(setInterval(action, ms));
    const silence = () => timers.splice(0).forEach(clearInterval);
    const send = () => {
      if (after !== undefined && sent >= after && afterwards !== 'noise') {
        silence();
        if (afterwards === 'drip') every(100, () => socket.write('x'));
        if (afterwards === 'close') socket.end('--frame--\r\n');
        return;
      }
      if (afterwards === 'noise' && sent >= (after ?? 0)) socket.write(Buffer.alloc(300, 0xa5));
      socket.write(part(jpegs[sent % jpegs.length]!));
      sent += 1;
    };
    socket.once('data', () => {
      const type = 'multipart/x-mixed-replace; boundary=frame';
      socket.write(`HTTP/1.1 200 OK\r\nContent-Type: ${type}\r\n\r\n`);
      every(1000 / framesPerSecond, send);
    });
    socket.once('close', silence);
  };
}

function part(jpeg: Buffer): Buffer {
  const head = `--frame\r\nContent-Type: image/jpeg\r\nContent-Length: ${jpeg.length}\r\n\r\n`;
  return Buffer.concat([Buffer.from(head), jpeg, Buffer.from('\r\n')]);
}
