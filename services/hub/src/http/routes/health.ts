import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import type { HubContext } from '../../hub-context.ts';
import { createMetrics } from '../../metrics.ts';
import type { Access } from '../access.ts';

/** Probes for whoever runs the service: alive, ready with reasons, figures. */
export const healthRoutes =
  (context: HubContext, access: Access): FastifyPluginAsyncZod =>
  async (app) => {
    const metrics = createMetrics(context);

    app.get('/livez', async () => ({ alive: true }));

    app.get('/readyz', async (_request, reply) => {
      const reasons = await context.readiness.reasons();
      return reply.status(reasons.length === 0 ? 200 : 503).send({
        ready: reasons.length === 0,
        reasons,
      });
    });

    app.get('/metrics', async (request, reply) => {
      const refused = access.refuse(request.raw);
      if (refused !== undefined) throw refused;
      return reply.type(metrics.contentType).send(await metrics.metrics());
    });
  };
