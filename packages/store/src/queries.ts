/** What both databases are asked in the same words. */

/** Some alerts, or all, with their violations, as AlertRow. */
export const joinedWith = (alerts: string) => `
  SELECT violations.*, alerts.id AS alert_id, sequence, condition, handling, dismiss_reason,
    handled_by, handled_at, evidence_missing, trace
  FROM ${alerts} AS alerts JOIN violations ON violations.id = alerts.violation_id`;

export const joined = joinedWith('alerts');

/** Nobody needs to know how many more: the page asks for the count each time. */
export const mostCountedNew = 10_000;

/** Of a delivery, all but the body, which only the sender reads: it can hold a picture. */
export const deliveryColumns =
  'id, endpoint_id, alert_id, type, state, created_at, next_attempt_at';

/** An end waits until the firing of its alert is off to the same endpoint, one way or another. */
export const inOrder = `
  NOT (type = 'alert.ended' AND EXISTS (
    SELECT 1 FROM deliveries AS earlier
    WHERE earlier.alert_id = deliveries.alert_id AND earlier.endpoint_id = deliveries.endpoint_id
      AND earlier.type = 'alert.firing' AND earlier.state = 'waiting'))`;

/** Alerts removed in one transaction: short enough not to hold up the hub. */
export const forgottenAtOnce = 500;
