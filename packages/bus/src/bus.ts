import type { HubMessage, IngestMessage } from '@maskwatch/contracts/bus';

/** Who said a message, and in which epoch of its camera's lease; 0 where nobody shares cameras. */
export interface Sender {
  ingestId: string;
  epoch: number;
}

/** The hub's end: what any owner says comes here, in the order in which that owner said it. */
export interface HubBus {
  /** `bytes` holds the JPEGs of the message, empty for most. */
  onMessage(listener: (message: IngestMessage, bytes: Uint8Array, sender: Sender) => void): void;
  onConnected(listener: (connected: boolean) => void): void;
  send(message: HubMessage): void;
  close(): Promise<void>;
}

/**
 * An owner's end. `send` never waits: when the hub is slow, pictures go first (newest wins), then
 * evidence, then observations, each bounded and counted in `dropped`.
 */
export interface IngestBus {
  send(message: IngestMessage, bytes?: Uint8Array[], epoch?: number): void;
  onMessage(listener: (message: HubMessage) => void): void;
  /** No hub: at once on one machine, after a minute of silence on many. */
  onClosed(listener: () => void): void;
  readonly dropped: Readonly<Record<string, number>>;
  close(): Promise<void>;
}
