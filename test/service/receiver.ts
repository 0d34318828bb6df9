/** A real receiver of webhooks: it checks every signature, and writes down what it took. */
import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { WebhookBody } from '@maskwatch/contracts/webhook';
import { freePort } from '@maskwatch/platform/testing/free-port';
import { Webhook } from 'standardwebhooks';
import { listenHost } from './shape.ts';

export interface Taken {
  /** webhook-id. */
  id: string;
  /** webhook-timestamp, seconds. */
  timestamp: number;
  /** Milliseconds since the epoch. */
  at: number;
  /** As it came. */
  text: string;
  body: WebhookBody;
  /** What was answered. */
  status: number;
}

export interface ReceiverOptions {
  secret: string;
  /** Gets a line of JSON for each delivery, on disk before the answer. */
  file: string;
}

export class WebhookReceiver {
  /** In the order of arrival; those with a wrong signature are not among them. */
  readonly taken: Taken[] = [];
  /** Sentences of requests that were refused for what they were. */
  readonly refused: string[] = [];
  /** Called before the answer; answers with the status. */
  behaviour: (taken: Omit<Taken, 'status'>) => number | Promise<number> = () => 204;
  readonly #webhook: Webhook;
  readonly #file: number;
  #server: Server | undefined;
  #port = 0;

  constructor({ secret, file }: ReceiverOptions) {
    this.#webhook = new Webhook(secret);
    this.#file = openSync(file, 'a');
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}/hook`;
  }

  /** Listens, from the second time on where it did before. */
  async up(): Promise<this> {
    const server = createServer((request, response) => void this.#take(request, response));
    this.#port ||= await freePort();
    await new Promise<void>((resolve) => server.listen(this.#port, listenHost, resolve));
    this.#server = server;
    return this;
  }

  /** Connections are refused from now on; what is under way breaks off. */
  async down(): Promise<void> {
    const server = this.#server;
    if (server === undefined) return;
    this.#server = undefined;
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    await closed;
  }

  async close(): Promise<void> {
    await this.down();
    closeSync(this.#file);
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const taken = this.#check(request, Buffer.concat(chunks).toString('utf8'));
      const status = await this.behaviour(taken);
      this.#write({ ...taken, status });
      response.writeHead(status).end();
    } catch (fault) {
      if (request.destroyed && !request.complete) return;
      this.refused.push(String(fault));
      response.writeHead(400).end();
    }
  }

  #check(request: IncomingMessage, text: string): Omit<Taken, 'status'> {
    const headers = request.headers as Record<string, string>;
    const body = WebhookBody.parse(this.#webhook.verify(text, headers));
    const id = headers['webhook-id']!;
    return { id, timestamp: Number(headers['webhook-timestamp']), at: Date.now(), text, body };
  }

  #write(taken: Taken): void {
    const { id, timestamp, at, status, text } = taken;
    writeSync(this.#file, `${JSON.stringify({ id, timestamp, at, status, text })}\n`);
    fsyncSync(this.#file);
    this.taken.push(taken);
  }
}
