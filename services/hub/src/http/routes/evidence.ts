import { Evidence } from '@maskwatch/contracts/alert';
import { Problem } from '@maskwatch/platform/problem';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { HubContext } from '../../hub-context.ts';
import { notFound } from '../problem-answer.ts';

const params = z.object({ id: z.string() });

export const evidenceRoutes =
  ({ store, files }: HubContext): FastifyPluginAsyncZod =>
  async (app) => {
    app.get(
      '/evidence/:id',
      { schema: { params, response: { 200: Evidence } } },
      async ({ params: { id } }) => {
        const evidence = await store.evidence(id);
        if (evidence === undefined) throw notFound('evidence', id);
        return evidence;
      },
    );

    app.get('/evidence/:id/picture', { schema: { params } }, async ({ params: { id } }, reply) => {
      const evidence = await store.evidence(id);
      if (evidence === undefined) throw notFound('evidence', id);
      const jpeg = await files.read(evidence.path).catch((cause: unknown) => {
        throw new Problem('evidence-gone', 'The picture is not there any more.', {
          ...{ status: 410, cause },
        });
      });
      return reply
        .type('image/jpeg')
        .header('content-disposition', `inline; filename="${id}.jpg"`)
        .header('cache-control', 'private, no-store')
        .send(jpeg);
    });
  };
