/** What the hub's rooms need of one another, wired in hub.ts. */
import type { Config } from '@maskwatch/contracts/config';
import type { Delivery } from '@maskwatch/contracts/delivery';
import type { Judging, Model } from '@maskwatch/contracts/model';
import type { HubStatus, IngestStatus, Lease, WorkerStatus } from '@maskwatch/contracts/scaled';
import type { Clock } from '@maskwatch/platform/clock';
import type { Logger } from '@maskwatch/platform/logger';
import type { RuleEngine } from '@maskwatch/rules/rule-engine';
import type { EvidenceFiles } from '@maskwatch/store/evidence-files';
import type { Store } from '@maskwatch/store/store';
import type { CameraBoard } from './cameras/camera-board.ts';
import type { EvidenceLedger } from './evidence/evidence-ledger.ts';
import type { AlertFeed } from './live/alert-feed.ts';
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
  /** Of a hub that has become the active one: what endpoints are configured no more. */
  takeOver?(): Promise<void>;
  /** Since this start, for /metrics; absent where another process sends. */
  readonly counters?: { attempts: number; delivered: number; failed: number; givenUp: number };
}

/** Of the scaled shape: this hub among the others, and the ingests that it hears. */
export interface ClusterView {
  readonly hubId: string;
  /** Its rules count. */
  readonly active: boolean;
  /** Of the store; undefined while it stands by. */
  readonly term: number | undefined;
  /** The frames Redis, where hubs tell one another. */
  readonly redis: string;
  /** Those that were heard lately, itself among them. */
  hubs(): HubStatus[];
  /** Those that were heard lately. */
  ingests(): IngestStatus[];
  /** Undefined where the frames Redis does not answer. */
  inference(): Promise<InferenceView | undefined>;
  /** What the active hub leases to whom, by ingest; empty on a standby. */
  leases(): ReadonlyMap<string, readonly Lease[]>;
  /** Cameras given to another ingest, since this start. */
  readonly moved: number;
  /** Messages of an epoch that is over, since this start. */
  readonly outdated: number;
}

/** What the frames Redis knows of inference. */
export interface InferenceView {
  workers: WorkerStatus[];
  /** Requests that wait for one. */
  queued: number;
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
  feed: AlertFeed;
  vision: VisionWatch;
  readiness: Readiness;
  /** Absent on one machine. */
  cluster?: ClusterView;
}
