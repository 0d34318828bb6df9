/** /metrics of a process of deliveries. */
import type { Deliveries } from '@maskwatch/deliveries/service';
import type { Jobs } from '@maskwatch/store/jobs/jobs';
import type { Store } from '@maskwatch/store/store';
import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';

export interface DeliveriesParts {
  deliveries: Deliveries;
  jobs: Jobs;
  store: Store;
  endpointIds: string[];
}

export function deliveriesMetrics(parts: DeliveriesParts): Registry {
  const { deliveries, jobs, store, endpointIds } = parts;
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const gauge = (
    name: string,
    { help, labelNames = [] }: { help: string; labelNames?: string[] },
    collect: (gauge: Gauge) => void | Promise<void>,
  ) =>
    new Gauge({
      ...{ name: `maskwatch_${name}`, help, labelNames, registers: [registry] },
      collect() {
        this.reset();
        return collect(this);
      },
    });

  // The name that the hub of one machine uses too.
  const attempts = {
    help: 'Attempts by how they ended, since this start.',
    labelNames: ['outcome'],
  };
  gauge('delivery_attempts', attempts, (metric) => {
    const { delivered, failed, givenUp, attempts: started } = deliveries.counters;
    const counts = { started, delivered, failed, 'given-up': givenUp };
    for (const [outcome, count] of Object.entries(counts)) metric.set({ outcome }, count);
  });
  const waiting = { help: 'Deliveries that are not over, of all.', labelNames: ['endpoint'] };
  gauge('deliveries_waiting', waiting, async (metric) => {
    if (deliveries.health.away) return;
    for (const endpoint of endpointIds) {
      const summary = await store.endpointSummary(endpoint).catch(() => undefined);
      if (summary === undefined) return;
      metric.set({ endpoint }, summary.waiting);
    }
  });
  const oldest = { help: 'Age of the oldest delivery that is due and that nobody works on.' };
  gauge('deliveries_oldest_due_seconds', oldest, (metric) =>
    metric.set(deliveries.health.oldestDueMs / 1000),
  );
  gauge('store_away', { help: '1 while PostgreSQL does not answer.' }, (metric) =>
    metric.set(deliveries.health.away ? 1 : 0),
  );
  gauge('jobs_connected', { help: '1 while the Redis of wake-ups answers.' }, (metric) =>
    metric.set(jobs.status().connected === true ? 1 : 0),
  );
  gauge(
    'jobs_lost',
    { help: 'Wake-ups that Redis did not take; the sweep heals them.' },
    (metric) => metric.set(jobs.status().lost),
  );
  gauge('jobs_rebuilt', { help: 'Workers of wake-ups that stood still and were replaced.' }, (m) =>
    m.set(jobs.status().rebuilt),
  );
  return registry;
}
