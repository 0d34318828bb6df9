import { Delivery, Endpoint } from '@maskwatch/contracts/delivery';
import { DeliveryList, DeliveryQuery, EndpointList } from '@maskwatch/contracts/http';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { HubContext } from '../../hub-context.ts';
import { notFound } from '../problem-answer.ts';

const params = z.object({ id: z.string() });

export const deliveryRoutes =
  ({ store, deliveries, config }: HubContext): FastifyPluginAsyncZod =>
  async (app) => {
    const endpoint = async (id: string): Promise<Endpoint> => {
      const configured = config.endpoints.webhooks.find((webhook) => webhook.id === id);
      if (configured === undefined) throw notFound('endpoint', id);
      const { origin, pathname } = new URL(configured.url);
      const summary = await store.endpointSummary(id);
      return { id, url: origin + pathname, picture: configured.picture, ...summary };
    };

    app.get(
      '/deliveries',
      { schema: { querystring: DeliveryQuery, response: { 200: DeliveryList } } },
      async ({ query: { endpoint: endpointId, alert: alertId, limit } }) => ({
        deliveries: await store.deliveries({
          ...(endpointId === undefined ? {} : { endpointId }),
          ...(alertId === undefined ? {} : { alertId }),
          limit,
        }),
      }),
    );

    app.get(
      '/deliveries/:id',
      { schema: { params, response: { 200: Delivery } } },
      async ({ params: { id } }) => {
        const delivery = await store.delivery(id);
        if (delivery === undefined) throw notFound('delivery', id);
        return delivery;
      },
    );

    app.get('/endpoints', { schema: { response: { 200: EndpointList } } }, async () => ({
      endpoints: await Promise.all(config.endpoints.webhooks.map(({ id }) => endpoint(id))),
    }));

    app.get(
      '/endpoints/:id',
      { schema: { params, response: { 200: Endpoint } } },
      ({ params: { id } }) => endpoint(id),
    );

    app.post(
      '/endpoints/:id/test',
      { schema: { params, response: { 200: Delivery } } },
      async ({ params: { id } }) => {
        await endpoint(id);
        return deliveries.sendTest(id);
      },
    );
  };
