/** What a service without a page says of itself: /livez, /readyz and /metrics. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Gauge, type Registry } from 'prom-client';
import { Problem } from './problem.ts';

export interface StatusServerOptions {
  host: string;
  port: number;
  /** Why it cannot do its work now; empty when it can. Progress counts, not connection. */
  reasons(): { code: string; detail: string }[];
  metrics: Registry;
}

export interface StatusServer {
  port: number;
  close(): Promise<void>;
}

/** Problem `port-in-use`. */
export async function startStatusServer(options: StatusServerOptions): Promise<StatusServer> {
  const { host, port, reasons, metrics } = options;
  new Gauge({
    name: 'maskwatch_ready',
    help: '1 while /readyz answers with 200.',
    registers: [metrics],
    collect() {
      this.set(Number(reasons().length === 0));
    },
  });
  const server = createServer(async (request, response) => {
    const json = (status: number, body: unknown) => {
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(body));
    };
    if (request.method !== 'GET') return json(405, { detail: 'Only GET is answered here.' });
    switch (request.url) {
      case '/livez':
        return json(200, { status: 'ok' });
      case '/readyz': {
        const found = reasons();
        return json(found.length === 0 ? 200 : 503, { reasons: found });
      }
      case '/metrics':
        response.writeHead(200, { 'content-type': metrics.contentType });
        return response.end(await metrics.metrics());
      default:
        return json(404, { detail: 'There are /livez, /readyz and /metrics.' });
    }
  });
  await listen(server, host, port);
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      if (cause.code !== 'EADDRINUSE') return reject(cause);
      const action = 'Stop what uses it, or choose another with --status-port.';
      reject(new Problem('port-in-use', `Port ${port} of ${host} is in use.`, { action, cause }));
    });
    server.listen(port, host, () => resolve());
  });
}
