import type { Alert, DismissReason, Evidence, Handling } from '@maskwatch/contracts/alert';
import type { Attempt, Delivery, DeliveryState } from '@maskwatch/contracts/delivery';
import type { AlertQuery } from '@maskwatch/contracts/http';
import type { EndReason, Hold, Trace, Violation } from '@maskwatch/contracts/violation';

/** A delivery as it is born, in the transaction of its transition. */
export interface NewDelivery {
  id: string;
  endpointId: string;
  type: Delivery['type'];
  /** The exact bytes that are signed and sent, on every try. */
  body: string;
  createdAt: number;
}

/** All that belongs to one opening; it is committed together or not at all. */
export interface Opening {
  alertId: string;
  violation: Violation;
  evidence: Evidence[];
  evidenceMissing?: string;
  trace?: Trace;
  deliveries: NewDelivery[];
}

export interface Ending {
  violationId: string;
  endedAt: number;
  ended: EndReason;
  deliveries: NewDelivery[];
}

/** Which attempt is due, with what to send; claimed until `leaseUntil`. */
export interface DueDelivery {
  delivery: Delivery;
  body: string;
}

export interface AttemptResult {
  deliveryId: string;
  attempt: Attempt;
  state: DeliveryState;
  /** When the next try is due; absent when no more follow. */
  nextAttemptAt?: number;
}

export interface AlertHandling {
  alertId: string;
  handling: Handling;
  reason?: DismissReason;
  by: string;
  at: number;
}

/**
 * The durable plane. Each call is one transaction, on disk when its promise resolves; nobody is
 * told of anything before. Throws a Problem with code `store-full` when the disk is full (nothing
 * of the call is kept), `store-damaged` when the file is, `store-unreachable` when the server does
 * not answer (whether the call was kept is not known: said again with the same ids it counts once)
 * and `store-fenced` when another hub has taken over.
 */
export interface Store {
  /** Violation, alert (condition firing, handling new), evidence rows and outbox rows. */
  open(opening: Opening): Promise<Alert>;
  /** Ends the violation and its alert; undefined when it had already ended. */
  end(ending: Ending): Promise<Alert | undefined>;
  /** Keeps a re-attached violation's track, box and last sight; no alert changes. */
  moved(
    violations: Pick<Violation, 'id' | 'trackId' | 'box' | 'lastSeenAt' | 'unsure'>[],
  ): Promise<void>;
  /** What was open when the process went: the rules re-attach to it. */
  openViolations(): Promise<Violation[]>;
  /** Replaces what is kept of holds under way. */
  keepHolds(holds: Hold[]): Promise<void>;
  /** Holds as they were kept last. */
  holds(): Promise<Hold[]>;

  alert(id: string): Promise<Alert | undefined>;
  alertOfViolation(violationId: string): Promise<Alert | undefined>;
  /**
   * As AlertQuery says. A page by `before` may be longer than `limit`: alerts that started at the
   * same instant as its last one belong to it, or the next page would pass them over.
   */
  alerts(query: AlertQuery): Promise<Alert[]>;
  /** Highest sequence of all, and how many alerts are new, counted up to 10,000. */
  alertCounts(): Promise<{ sequence: number; newCount: number }>;
  /** Undefined when there is no such alert. */
  handle(handling: AlertHandling): Promise<Alert | undefined>;

  evidence(id: string): Promise<Evidence | undefined>;
  /** Oldest first. */
  evidenceBefore(capturedBefore: number, limit: number): Promise<Evidence[]>;
  oldestEvidence(limit: number): Promise<Evidence[]>;
  evidenceBytes(): Promise<number>;
  /** Removes rows; the files are the caller's, and go first. The alert says why it has none. */
  forgetEvidence(ids: string[]): Promise<void>;
  /**
   * Removes ended alerts with all that hangs on them, once no delivery waits and no evidence row is
   * left (its files are the caller's), and test messages of that age. At most 500 alerts a call;
   * returns how many, so that the caller can go on until it is 0.
   */
  forgetAlerts(startedBefore: number): Promise<number>;

  /** An outbox row without an alert: the test button. */
  addDelivery(delivery: NewDelivery): Promise<Delivery>;
  delivery(id: string): Promise<Delivery | undefined>;
  deliveries(filter: { endpointId?: string; alertId?: string; limit: number }): Promise<Delivery[]>;
  /**
   * Claims what is due for one endpoint, oldest first, until `leaseUntil`. Never `alert.ended`
   * while the same alert's firing to the same endpoint still waits.
   */
  claimDue(claim: {
    endpointId: string;
    now: number;
    leaseUntil: number;
    limit: number;
  }): Promise<DueDelivery[]>;
  /**
   * Writes the attempt and what follows from it; gives the claim back. A delivery that is over
   * (delivered, given up, cancelled) loses the picture in its body.
   */
  recordAttempt(result: AttemptResult): Promise<Delivery>;
  /**
   * When the next delivery of any endpoint is due, for the timer; with `after`, the next that is
   * due later than that.
   */
  nextDueAt(after?: number): Promise<number | undefined>;
  /** Cancels what waits for endpoints that the config no longer has; returns how many. */
  cancelExcept(endpointIds: string[]): Promise<number>;
  endpointSummary(
    endpointId: string,
  ): Promise<{ waiting: number; lastDeliveredAt?: number; lastError?: string }>;

  /** Where it is, its size and the free room of its disk, in bytes; unknown of a server's disk. */
  space(): Promise<{ path: string; bytes: number; freeBytes?: number }>;
  /** Gives up the reserve file so that the next commit finds room; false when it was given up already. */
  releaseReserve(): Promise<boolean>;
  /** Makes the reserve again when there is room. */
  restoreReserve(): Promise<boolean>;
  close(): Promise<void>;
}
