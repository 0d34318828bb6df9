import type { Alert, Evidence } from '@maskwatch/contracts/alert';
import type { Attempt, Delivery } from '@maskwatch/contracts/delivery';
import type { Violation } from '@maskwatch/contracts/violation';

/** Rows as both databases hand them out, and their way into the words of the contracts. */

export interface ViolationRow {
  id: string;
  camera_id: string;
  rule_id: string;
  rule_version: string;
  subject: Violation['subject'];
  severity: Violation['severity'];
  state: Violation['state'];
  track_id: string | null;
  box: string | null;
  started_at: number;
  opened_at: number;
  last_seen_at: number;
  ended_at: number | null;
  ended: NonNullable<Violation['ended']> | null;
  unsure: number;
}

/** An alert joined with its violation: `id` is the violation's. */
export interface AlertRow extends ViolationRow {
  alert_id: string;
  sequence: number;
  condition: Alert['condition'];
  handling: Alert['handling'];
  dismiss_reason: NonNullable<Alert['dismissReason']> | null;
  handled_by: string | null;
  handled_at: number | null;
  evidence_missing: string | null;
  trace: string | null;
}

export interface EvidenceRow {
  id: string;
  alert_id: string;
  kind: Evidence['kind'];
  path: string;
  bytes: number;
  width: number;
  height: number;
  box: string;
  captured_at: number;
}

export interface DeliveryRow {
  id: string;
  endpoint_id: string;
  alert_id: string | null;
  type: Delivery['type'];
  state: Delivery['state'];
  created_at: number;
  next_attempt_at: number | null;
}

export interface AttemptRow {
  number: number;
  started_at: number;
  duration_ms: number;
  status: number | null;
  error: string | null;
}

export function toViolation(row: ViolationRow): Violation {
  return {
    id: row.id,
    cameraId: row.camera_id,
    ruleId: row.rule_id,
    ruleVersion: row.rule_version,
    subject: row.subject,
    severity: row.severity,
    state: row.state,
    startedAt: row.started_at,
    openedAt: row.opened_at,
    lastSeenAt: row.last_seen_at,
    unsure: row.unsure === 1,
    ...(row.track_id !== null && { trackId: row.track_id }),
    ...(row.box !== null && { box: JSON.parse(row.box) }),
    ...(row.ended_at !== null && { endedAt: row.ended_at }),
    ...(row.ended !== null && { ended: row.ended }),
  };
}

export function toAlert(row: AlertRow, evidence: Evidence[]): Alert {
  return {
    id: row.alert_id,
    sequence: row.sequence,
    violation: toViolation(row),
    condition: row.condition,
    handling: row.handling,
    evidence,
    ...(row.dismiss_reason !== null && { dismissReason: row.dismiss_reason }),
    ...(row.handled_by !== null && { handledBy: row.handled_by }),
    ...(row.handled_at !== null && { handledAt: row.handled_at }),
    ...(row.evidence_missing !== null && { evidenceMissing: row.evidence_missing }),
    ...(row.trace !== null && { trace: JSON.parse(row.trace) }),
  };
}

export function toEvidence(row: EvidenceRow): Evidence {
  return {
    id: row.id,
    alertId: row.alert_id,
    kind: row.kind,
    path: row.path,
    bytes: row.bytes,
    width: row.width,
    height: row.height,
    box: JSON.parse(row.box),
    capturedAt: row.captured_at,
  };
}

export function toDelivery(row: DeliveryRow, attempts: Attempt[]): Delivery {
  return {
    id: row.id,
    endpointId: row.endpoint_id,
    type: row.type,
    state: row.state,
    createdAt: row.created_at,
    attempts,
    ...(row.alert_id !== null && { alertId: row.alert_id }),
    ...(row.next_attempt_at !== null && { nextAttemptAt: row.next_attempt_at }),
  };
}

export function toAttempt(row: AttemptRow): Attempt {
  return {
    number: row.number,
    startedAt: row.started_at,
    durationMs: row.duration_ms,
    ...(row.status !== null && { status: row.status }),
    ...(row.error !== null && { error: row.error }),
  };
}
