import { Alert } from '@maskwatch/contracts/alert';
import { AlertPage, AlertQuery, HandleAlert } from '@maskwatch/contracts/http';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { HubContext } from '../../hub-context.ts';
import { notFound } from '../problem-answer.ts';

/** The name of whoever handles an alert, while there is one token for all. */
const operator = 'operator';
const params = z.object({ id: z.string() });

export const alertRoutes =
  ({ store, feed, clock }: HubContext): FastifyPluginAsyncZod =>
  async (app) => {
    app.get(
      '/alerts',
      { schema: { querystring: AlertQuery, response: { 200: AlertPage } } },
      async ({ query }) => {
        // Counted first: what comes in between is asked for again, never missed.
        const counts = await store.alertCounts();
        return { alerts: await store.alerts(query), ...counts };
      },
    );

    app.get(
      '/alerts/:id',
      { schema: { params, response: { 200: Alert } } },
      async ({ params: { id } }) => {
        const alert = await store.alert(id);
        if (alert === undefined) throw notFound('alert', id);
        return alert;
      },
    );

    app.patch(
      '/alerts/:id',
      { schema: { params, body: HandleAlert, response: { 200: Alert } } },
      async ({ params: { id }, body }) => {
        const alert = await store.handle({
          alertId: id,
          handling: body.handling,
          ...(body.handling === 'dismissed' ? { reason: body.reason } : {}),
          by: operator,
          at: clock.now(),
        });
        if (alert === undefined) throw notFound('alert', id);
        feed.changed(alert.sequence);
        return alert;
      },
    );
  };
