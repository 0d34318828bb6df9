import { aDelivery, anEvidence, anOpening, builtAt } from '../../builders.ts';
import type { EvidenceFiles } from '../../evidence-files.ts';
import type { Store } from '../../store.ts';

/** Some of everything that a store can hold, with letters and numbers that are easily damaged. */
export async function liveIn(store: Store, files: EvidenceFiles): Promise<void> {
  for (let n = 0; n < 40; n += 1) await open(store, files, n);
  for (let n = 0; n < 30; n += 1) {
    const deliveries = [aDelivery({ id: `ended-${n}`, type: 'alert.ended' })];
    const ending = { violationId: `v-${n}`, endedAt: builtAt + 1e5 + n / 3, deliveries };
    await store.end({ ...ending, ended: 'complied' });
  }
  const handling = { reason: 'unclear' as const, by: 'Zoë "the\tnight"\u2028shift', at: builtAt };
  await store.handle({ alertId: 'a-3', handling: 'dismissed', ...handling });
  const attempt = { number: 1, startedAt: builtAt + 1 / 3, durationMs: 0.1 + 0.2 };
  for (let n = 0; n < 20; n += 1) {
    const error = `The receiver said \\u0000 ${n}.`;
    const next = { state: 'waiting', nextAttemptAt: builtAt + 1e6 } as const;
    await store.recordAttempt({
      deliveryId: `fired-${n}`,
      attempt: { ...attempt, error },
      ...next,
    });
    const again = { ...attempt, number: 2, status: 204 };
    await store.recordAttempt({ deliveryId: `fired-${n}`, attempt: again, state: 'delivered' });
  }
  await store.addDelivery(aDelivery({ id: 'a test', type: 'test' }));
  const now = { now: builtAt + 2e6, leaseUntil: builtAt + 3e6 };
  await store.claimDue({ endpointId: 'office', ...now, limit: 5 });
  await store.keepHolds([
    {
      ...{ cameraId: 'entrance', ruleId: 'no_mask', trackId: 't', state: 'no_mask' },
      ...{ startedAt: builtAt, heldMs: 1234.5, box: [1, 2, 3, 4], lastSeenAt: builtAt },
    },
  ]);
}

async function open(store: Store, files: EvidenceFiles, n: number): Promise<void> {
  const picture = Buffer.from(Array.from({ length: 3000 + n }, (_, k) => (k * (n + 7)) % 256));
  const path = await files.write(`e-${n}`, picture, builtAt + n);
  const evidence = anEvidence({ id: `e-${n}`, alertId: `a-${n}`, path, bytes: picture.length });
  await store.open(
    anOpening(String(n), {
      evidence: [evidence],
      deliveries: [aDelivery({ id: `fired-${n}` })],
      violation: { startedAt: builtAt + n / 7 },
      trace: { trackId: 'track-1', ruleId: 'no_mask', at: builtAt, conditions: [] },
    }),
  );
}

/** All that a store says of itself. */
export async function toldBy(store: Store, files: EvidenceFiles) {
  const alerts = await store.alerts({ limit: 200, after: 0 });
  const evidence = alerts.flatMap((alert) => alert.evidence);
  return {
    alerts,
    counts: await store.alertCounts(),
    open: await store.openViolations(),
    holds: await store.holds(),
    deliveries: await store.deliveries({ limit: 1000 }),
    pictures: await Promise.all(evidence.map(async ({ path }) => [path, await files.read(path)])),
  };
}
