import type { Socket } from 'node:net';
import { HubMessage, type IngestMessage } from '@maskwatch/contracts/bus';
import type { IngestBus } from './bus.ts';
import { encodeMessage, MessageReader } from './message-stream.ts';
import { maxWaitingBytes } from './waiting-bytes.ts';

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
