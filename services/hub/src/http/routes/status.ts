import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Status } from '@maskwatch/contracts/http';
import type { ScaledStatus } from '@maskwatch/contracts/scaled';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import type { ClusterView, HubContext } from '../../hub-context.ts';

/**
 * The monitor's own timer; what it measures has this much in it also when nothing is late. Each look
 * wakes the process: at Node's 10 ms that was most of what an idle hub cost.
 */
export const resolutionMs = 100;

async function scaledStatus(cluster: ClusterView): Promise<ScaledStatus> {
  const inference = await cluster.inference();
  return {
    ...{ hubId: cluster.hubId, hubs: cluster.hubs(), ingests: cluster.ingests() },
    workers: inference?.workers ?? [],
    ...(inference === undefined ? {} : { queued: inference.queued }),
  };
}

export const statusRoutes =
  (context: HubContext): FastifyPluginAsyncZod =>
  async (app) => {
    const { clock, store, ledger, alerts, live, vision, readiness, config } = context;
    const delay = monitorEventLoopDelay({ resolution: resolutionMs });
    delay.enable();
    app.addHook('onClose', async () => {
      delay.disable();
    });

    app.get('/status', { schema: { response: { 200: Status } } }, async () => ({
      version: context.version,
      startedAt: context.startedAt,
      now: clock.now(),
      reasons: await readiness.reasons(),
      ...(vision.status === undefined ? {} : { vision: vision.status }),
      visionStarts: vision.starts,
      ...(context.cluster === undefined ? {} : { scaled: await scaledStatus(context.cluster) }),
      eventLoopDelayMs: Math.max(0, delay.percentile(99) / 1e6 - resolutionMs),
      store: await store.space(),
      evidence: { held: ledger.held, dropped: ledger.dropped, written: alerts.written },
      picturesSkipped: live.skipped,
      viewers: live.viewers,
      states: context.judging.states,
      rules: config.rules.map(({ id, severity, states, hold }) => ({
        ...{ id, severity, states },
        holdMs: hold,
      })),
    }));
  };
