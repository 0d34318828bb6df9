import { CameraDetail, CameraList } from '@maskwatch/contracts/http';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { HubContext } from '../../hub-context.ts';
import { notFound } from '../problem-answer.ts';

export const cameraRoutes =
  ({ board, rules, clock }: HubContext): FastifyPluginAsyncZod =>
  async (app) => {
    app.get('/cameras', { schema: { response: { 200: CameraList } } }, async () => ({
      cameras: board.cameras(clock.now()),
    }));

    app.get(
      '/cameras/:id',
      { schema: { params: z.object({ id: z.string() }), response: { 200: CameraDetail } } },
      async ({ params: { id } }) => {
        const camera = board.camera(id, clock.now());
        if (camera === undefined) throw notFound('camera', id);
        return { ...camera, traces: rules.traces(id) };
      },
    );
  };
