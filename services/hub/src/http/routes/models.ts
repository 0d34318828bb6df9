import { ModelDetail, ModelList } from '@maskwatch/contracts/http';
import { Problem } from '@maskwatch/platform/problem';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { HubContext } from '../../hub-context.ts';
import { openReport, readCard } from '../../models/model-papers.ts';
import type { RegisteredModels } from '../../models/registered-models.ts';
import { notFound } from '../problem-answer.ts';

const params = z.object({ name: z.string() });

/** A report is a stranger's HTML: it runs nothing, loads nothing and has no part in this origin. */
const reportHeaders = {
  'content-security-policy':
    "sandbox; default-src 'none'; img-src data:; style-src 'unsafe-inline'; " +
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  // Browsers refuse a sandboxed page that asks for an opener policy.
  'cross-origin-opener-policy': 'unsafe-none',
  'cache-control': 'private, no-store',
};

export const modelRoutes =
  ({ registered }: HubContext): FastifyPluginAsyncZod =>
  async (app) => {
    app.get('/models', { schema: { response: { 200: ModelList } } }, async () => ({
      models: (await registered.list()).map(({ entry }) => entry),
    }));

    app.get(
      '/models/:name',
      { schema: { params, response: { 200: ModelDetail } } },
      async ({ params: { name } }) => {
        const { model, entry, directory } = await find(registered, name);
        if (model === undefined) throw unusable(entry);
        const card = await readCard(directory);
        return { ...model, ...(card !== undefined && { card }) };
      },
    );

    app.get('/models/:name/report', { schema: { params } }, async ({ params: { name } }, reply) => {
      const { directory } = await find(registered, name);
      const report = await openReport(directory);
      if (report === undefined) throw notFound('report of the model', name);
      return reply
        .headers({ ...reportHeaders, 'content-length': report.size })
        .type('text/html; charset=utf-8')
        .send(report.stream);
    });
  };

/** By the name in the list; a name never becomes part of a path. */
async function find(registered: RegisteredModels, name: string) {
  const model = (await registered.list()).find(({ entry }) => entry.name === name);
  if (model === undefined) throw notFound('model', name);
  return model;
}

function unusable(entry: Awaited<ReturnType<typeof find>>['entry']): Problem {
  if (!('problem' in entry)) return notFound('model', entry.name);
  const { code, detail, action, errors } = entry.problem;
  return new Problem(code, detail, {
    status: 409,
    ...(action !== undefined && { action }),
    ...(errors !== undefined && { errors }),
  });
}
