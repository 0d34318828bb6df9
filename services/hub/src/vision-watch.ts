/** What the hub knows of the vision process: its last status, its starts, what ended it. */
import type { IngestMessage, VisionStatus } from '@maskwatch/contracts/bus';
import type { Reason } from './readiness.ts';

/** Statuses come each second. */
const silentMs = 5000;

export type VisionFault = Omit<IngestMessage & { kind: 'fault' }, 'kind'>;

export class VisionWatch {
  status: VisionStatus | undefined;
  /** Why it could not run the last time; undefined once it runs. */
  fault: VisionFault | undefined;
  connected = false;
  starts = 0;
  /** On the hub's clock. */
  heardAt: number;
  /** Cameras whose frame was with inference when the process was last heard. */
  readonly inFlight = new Set<string>();
  /** Cameras that are kept out: they were in flight when it died, three times in a minute. */
  readonly quarantined = new Set<string>();

  constructor(now: number) {
    this.heardAt = now;
  }

  heard(message: IngestMessage, now: number): void {
    this.heardAt = now;
    if (message.kind === 'status') {
      this.status = message.status;
      this.fault = undefined;
    }
    if (message.kind === 'fault') this.fault = message;
    if (message.kind === 'in-flight') this.inFlight.add(message.cameraId);
    if (message.kind === 'observation') this.inFlight.delete(message.observation.cameraId);
  }

  /** Why it does no work now; empty when it does. */
  reasons(now: number): Reason[] {
    if (this.fault !== undefined) {
      const { code, message, action } = this.fault;
      return [{ code, detail: action === undefined ? message : `${message} ${action}` }];
    }
    if (!this.connected) {
      return [{ code: 'vision-down', detail: 'The vision process is being started.' }];
    }
    if (this.status === undefined) {
      return [{ code: 'vision-starting', detail: 'The vision process opens its models.' }];
    }
    const silentFor = now - this.heardAt;
    if (silentFor < silentMs) return [];
    const seconds = Math.round(silentFor / 1000);
    return [{ code: 'vision-silent', detail: `The vision process said nothing for ${seconds} s.` }];
  }
}
