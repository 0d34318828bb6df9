import { ModelList } from '@maskwatch/contracts/http';
import { Model } from '@maskwatch/contracts/model';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { HubContext } from '../../hub-context.ts';
import { notFound } from '../problem-answer.ts';

export const modelRoutes =
  ({ models }: HubContext): FastifyPluginAsyncZod =>
  async (app) => {
    app.get('/models', { schema: { response: { 200: ModelList } } }, async () => ({ models }));

    app.get(
      '/models/:name',
      { schema: { params: z.object({ name: z.string() }), response: { 200: Model } } },
      async ({ params: { name } }) => {
        const model = models.find((one) => one.name === name);
        if (model === undefined) throw notFound('model', name);
        return model;
      },
    );
  };
