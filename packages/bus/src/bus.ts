import type { HubMessage, IngestMessage } from '@maskwatch/contracts/bus';

/** The hub's end: what any owner says comes here, in the order in which that owner said it. */
export interface HubBus {
  /** `bytes` holds the JPEGs of the message, empty for most. */
  onMessage(listener: (message: IngestMessage, bytes: Uint8Array) => void): void;
  onConnected(listener: (connected: boolean) => void): void;
  send(message: HubMessage): void;
  close(): Promise<void>;
}

/**
 * An owner's end. `send` never waits: when the hub is slow, pictures go first (newest wins), then
 * evidence, then observations, each bounded and counted in `dropped`.
 */
export interface IngestBus {
  send(message: IngestMessage, bytes?: Uint8Array[]): void;
  onMessage(listener: (message: HubMessage) => void): void;
  /** The hub is gone: the vision process ends. */
  onClosed(listener: () => void): void;
  readonly dropped: Readonly<Record<string, number>>;
  close(): Promise<void>;
}
