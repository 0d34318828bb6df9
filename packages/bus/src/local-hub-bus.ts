import type { Socket } from 'node:net';
import { HubMessage, IngestMessage } from '@maskwatch/contracts/bus';
import type { Logger } from '@maskwatch/platform/logger';
import type { HubBus, Sender } from './bus.ts';
import { encodeMessage, MessageReader } from './message-stream.ts';

/** Nobody shares cameras with the one vision process of a machine. */
const visionProcess: Sender = { ingestId: 'vision', epoch: 0 };

/**
 * The hub's end of local sockets. The socket of a new vision process is handed in with `attach`;
 * it replaces the one before.
 */
export class LocalHubBus implements HubBus {
  readonly #logger: Logger;
  #socket: Socket | undefined;
  #onMessage: (message: IngestMessage, bytes: Uint8Array, sender: Sender) => void = () => {};
  #onConnected: (connected: boolean) => void = () => {};

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  onMessage(listener: (message: IngestMessage, bytes: Uint8Array, sender: Sender) => void): void {
    this.#onMessage = listener;
  }

  onConnected(listener: (connected: boolean) => void): void {
    this.#onConnected = listener;
  }

  attach(socket: Socket): void {
    this.#socket?.destroy();
    this.#socket = socket;
    const reader = new MessageReader((raw, bytes) => {
      const message = IngestMessage.safeParse(raw);
      if (message.success) this.#onMessage(message.data, bytes, visionProcess);
      else this.#logger.warn({ fault: message.error.message }, 'message on the bus refused');
    });
    socket.on('data', (chunk: Buffer) => {
      try {
        reader.push(chunk);
      } catch (fault) {
        // A listener's own fault is a programmer's, and no matter of the stream.
        if (!(fault instanceof RangeError || fault instanceof SyntaxError)) throw fault;
        this.#logger.error({ err: fault }, 'bus stream is damaged; closing it');
        socket.destroy();
      }
    });
    socket.on('error', (fault) => this.#logger.warn({ err: fault }, 'bus socket failed'));
    socket.on('close', () => {
      if (this.#socket !== socket) return;
      this.#socket = undefined;
      this.#onConnected(false);
    });
    this.#onConnected(true);
  }

  /** Lost when no owner is connected: the hub repeats what holds when one connects. */
  send(message: HubMessage): void {
    for (const part of encodeMessage(HubMessage.parse(message))) this.#socket?.write(part);
  }

  async close(): Promise<void> {
    const socket = this.#socket;
    if (socket === undefined || socket.destroyed) return;
    await new Promise<void>((resolve) => {
      socket.once('close', () => resolve());
      socket.destroy();
    });
  }
}
