import type { Alert } from '@maskwatch/contracts/alert';
import type { Violation } from '@maskwatch/contracts/violation';

type Parts = Partial<Omit<Alert, 'violation'>> & { violation?: Partial<Violation> };

/** A valid alert for tests: whatever is not given is plain. */
export function anAlert({ violation = {}, ...parts }: Parts = {}): Alert {
  return {
    id: 'a1',
    sequence: 1,
    condition: 'firing',
    handling: 'new',
    evidence: [],
    violation: {
      id: 'v1',
      cameraId: 'gate',
      ruleId: 'no_mask',
      ruleVersion: 'f00d',
      subject: 'person',
      severity: 'high',
      state: 'no_mask',
      startedAt: 1000,
      openedAt: 4000,
      lastSeenAt: 4000,
      unsure: false,
      ...violation,
    },
    ...parts,
  };
}
