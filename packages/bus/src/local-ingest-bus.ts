import type { Socket } from 'node:net';
import { HubMessage, type IngestMessage } from '@maskwatch/contracts/bus';
import type { IngestBus } from './bus.ts';
import { encodeMessage, MessageReader } from './message-stream.ts';

/**
 * How many bytes may wait for a slow hub before a kind is dropped: pictures first, what the rules
 * live on last. A picture is about 40 KB, a candidate 200 KB, an observation 1 KB.
 */
const maxWaitingBytes: Record<IngestMessage['kind'], number> = {
  picture: 512 * 1024,
  evidence: 4 * 1024 * 1024,
  'in-flight': 8 * 1024 * 1024,
  observation: 8 * 1024 * 1024,
  tick: 8 * 1024 * 1024,
  status: 8 * 1024 * 1024,
  ingest: 8 * 1024 * 1024,
  fault: 8 * 1024 * 1024,
};

/** An owner's end of a local socket to the hub. */
export class LocalIngestBus implements IngestBus {
  readonly #socket: Socket;
  readonly #dropped: Record<string, number> = {};
  #onMessage: (message: HubMessage) => void = () => {};

  constructor(socket: Socket) {
    this.#socket = socket;
    const reader = new MessageReader((raw) => this.#onMessage(HubMessage.parse(raw)));
    socket.on('data', (chunk: Buffer) => reader.push(chunk));
    // The close that follows an error ends the process; there is nobody to tell.
    socket.on('error', () => {});
  }

  send(message: IngestMessage, bytes: Uint8Array[] = []): void {
    if (this.#socket.destroyed) return;
    if (this.#socket.writableLength > maxWaitingBytes[message.kind]) {
      this.#dropped[message.kind] = (this.#dropped[message.kind] ?? 0) + 1;
      return;
    }
    this.#socket.cork();
    for (const part of encodeMessage(message, bytes)) this.#socket.write(part);
    this.#socket.uncork();
  }

  onMessage(listener: (message: HubMessage) => void): void {
    this.#onMessage = listener;
  }

  onClosed(listener: () => void): void {
    this.#socket.on('close', listener);
  }

  get dropped(): Readonly<Record<string, number>> {
    return this.#dropped;
  }

  async close(): Promise<void> {
    if (this.#socket.destroyed) return;
    await new Promise<void>((resolve) => this.#socket.end(() => resolve()));
  }
}
