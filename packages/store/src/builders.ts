import type { Evidence } from '@maskwatch/contracts/alert';
import type { Violation } from '@maskwatch/contracts/violation';
import type { NewDelivery, Opening } from './store.ts';

/** Complete things with small differences, for the tests of this room and of those that store. */

/** The instant at which everything built here happens. */
export const builtAt = 1_700_000_000_000;

export function aViolation(change: Partial<Violation> & { id: string }): Violation {
  return {
    cameraId: 'entrance',
    ruleId: 'no_mask',
    ruleVersion: 'v1',
    subject: 'person',
    severity: 'high',
    state: 'no_mask',
    trackId: 'track-1',
    box: [10, 20, 30.5, 40],
    startedAt: builtAt,
    openedAt: builtAt + 3000,
    lastSeenAt: builtAt + 3000,
    unsure: false,
    ...change,
  };
}

export function anEvidence(change: Partial<Evidence> & { id: string; alertId: string }): Evidence {
  return {
    kind: 'picture',
    path: `${change.id}.jpg`,
    bytes: 1000,
    width: 1280,
    height: 720,
    box: [10, 20, 30, 40],
    capturedAt: builtAt,
    ...change,
  };
}

export function aDelivery(change: Partial<NewDelivery> & { id: string }): NewDelivery {
  return {
    endpointId: 'office',
    type: 'alert.firing',
    body: '{"type":"alert.firing","data":{}}',
    createdAt: builtAt + 3000,
    ...change,
  };
}

/** Alert `a-NAME` of violation `v-NAME`, without evidence or deliveries where none are given. */
export function anOpening(
  name: string,
  change: Partial<Omit<Opening, 'violation'>> & { violation?: Partial<Violation> } = {},
): Opening {
  return {
    alertId: `a-${name}`,
    evidence: [],
    deliveries: [],
    ...change,
    violation: aViolation({ ...change.violation, id: `v-${name}` }),
  };
}
