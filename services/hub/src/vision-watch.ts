/** What the hub knows of the vision process: its last status, its starts, what ended it. */
import type { IngestMessage, VisionStatus } from '@maskwatch/contracts/bus';

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
}
