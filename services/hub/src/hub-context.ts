/** What the hub's rooms need of one another, wired in hub.ts. */
import type { Config } from '@maskwatch/contracts/config';
import type { Delivery } from '@maskwatch/contracts/delivery';
import type { Judging, Model } from '@maskwatch/contracts/model';
import type { Clock } from '@maskwatch/platform/clock';
import type { Logger } from '@maskwatch/platform/logger';
import type { RuleEngine } from '@maskwatch/rules/rule-engine';
import type { EvidenceFiles } from '@maskwatch/store/evidence-files';
import type { Store } from '@maskwatch/store/store';
import type { CameraBoard } from './cameras/camera-board.ts';
import type { EvidenceLedger } from './evidence/evidence-ledger.ts';
import type { LiveHub } from './live/live-hub.ts';
import type { RegisteredModels } from './models/registered-models.ts';
import type { Readiness } from './readiness.ts';
import type { AlertBook } from './violations/alert-book.ts';
import type { VisionWatch } from './vision-watch.ts';

/** What the hub asks of the deliveries. */
export interface DeliveriesPort {
  /** A commit has made a delivery due. */
  wake(): void;
  /** Throws Problem `endpoint-unknown`. */
  sendTest(endpointId: string): Promise<Delivery>;
  /** Since this start, for /metrics. */
  readonly counters: { attempts: number; delivered: number; failed: number; givenUp: number };
}

export interface HubContext {
  config: Config;
  models: Model[];
  /** What they say together. */
  judging: Judging;
  registered: RegisteredModels;
  version: string;
  startedAt: number;
  clock: Clock;
  logger: Logger;
  store: Store;
  deliveries: DeliveriesPort;
  board: CameraBoard;
  rules: RuleEngine;
  ledger: EvidenceLedger;
  files: EvidenceFiles;
  alerts: AlertBook;
  live: LiveHub;
  vision: VisionWatch;
  readiness: Readiness;
}
