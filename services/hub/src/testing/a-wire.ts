import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A way to a server on this machine that can fail, for tests. */
export interface AWire {
  port: number;
  /** Both ends hear of it at once. */
  cut(): void;
  /** Nothing passes, and nobody hears of it. */
  hold(): void;
  goOn(): void;
}

export async function aWire(port: number): Promise<AWire> {
  const pairs = new Set<[Socket, Socket]>();
  let held = false;
  const pass = ([from, to]: [Socket, Socket]) => {
    from.pipe(to);
    to.pipe(from);
  };
  const server = createServer((from) => {
    const pair: [Socket, Socket] = [from, connect(port, '127.0.0.1')];
    pairs.add(pair);
    const over = () => {
      pairs.delete(pair);
      for (const socket of pair) socket.destroy();
    };
    for (const socket of pair) socket.on('error', () => {}).on('close', over);
    if (!held) pass(pair);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    cut() {
      server.close();
      for (const socket of [...pairs].flat()) socket.destroy();
    },
    hold() {
      held = true;
      for (const socket of [...pairs].flat()) socket.unpipe().pause();
    },
    goOn() {
      held = false;
      for (const pair of pairs) pass(pair);
    },
  };
}
