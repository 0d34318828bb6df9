import { existsSync } from 'node:fs';
import { join, sep } from 'node:path';
import cookies from '@fastify/cookie';
import files from '@fastify/static';
import { apiPrefix } from '@maskwatch/contracts/http';
import { Problem } from '@maskwatch/platform/problem';
import fastify, { type FastifyInstance } from 'fastify';
import { serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod';
import type { HubContext } from '../hub-context.ts';
import type { Access } from './access.ts';
import { answerProblem } from './problem-answer.ts';
import { alertRoutes } from './routes/alerts.ts';
import { cameraRoutes } from './routes/cameras.ts';
import { deliveryRoutes } from './routes/deliveries.ts';
import { evidenceRoutes } from './routes/evidence.ts';
import { healthRoutes } from './routes/health.ts';
import { modelRoutes } from './routes/models.ts';
import { sessionRoutes } from './routes/session.ts';
import { statusRoutes } from './routes/status.ts';

const securityHeaders = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; " +
    "media-src 'self' blob:; connect-src 'self'; font-src 'self'; manifest-src 'self'; " +
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'; object-src 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), microphone=(), geolocation=()',
};

export interface ServerOptions {
  context: HubContext;
  access: Access;
  /** The built page; absent while it is developed on a server of its own. */
  page: string | undefined;
}

/** The REST API, the page and the probes; not yet listening. */
export async function createServer({ context, access, page }: ServerOptions) {
  const app = fastify({
    bodyLimit: 64 * 1024,
    requestTimeout: 15_000,
    connectionTimeout: 20_000,
    forceCloseConnections: true,
    routerOptions: { maxParamLength: 200 },
    // Addresses that no route can be sought for.
    frameworkErrors(fault, _request, reply) {
      reply.headers(securityHeaders);
      answerProblem(fault, reply, context.logger);
    },
  });
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  app.setErrorHandler((fault, _request, reply) => answerProblem(fault, reply, context.logger));
  await app.register(cookies);
  app.addHook('onSend', async (_request, reply) => {
    // A route that knows better has set its own.
    for (const [name, value] of Object.entries(securityHeaders)) {
      if (!reply.hasHeader(name)) reply.header(name, value);
    }
  });

  await app.register(healthRoutes(context, access));
  await app.register(
    async (api) => {
      api.addHook('onSend', async (_request, reply) => {
        if (!reply.hasHeader('cache-control')) reply.header('cache-control', 'no-store');
      });
      await api.register(sessionRoutes(access, context));
      await api.register(async (guarded) => {
        guarded.addHook('onRequest', async (request) => {
          const refused = access.refuse(request.raw);
          if (refused !== undefined) throw refused;
        });
        for (const routes of [
          ...[cameraRoutes, alertRoutes, evidenceRoutes],
          ...[deliveryRoutes, modelRoutes, statusRoutes],
        ]) {
          await guarded.register(routes(context));
        }
      });
    },
    { prefix: apiPrefix },
  );
  await servePage(app, page);
  return app;
}

/** Every path that is no file and not the API's is the page's own to route. */
async function servePage(app: FastifyInstance, page: string | undefined): Promise<void> {
  const built = page !== undefined && existsSync(join(page, 'index.html'));
  if (built) {
    await app.register(files, {
      // Looked up at each request: the page may be built anew while the service runs.
      ...{ root: page, wildcard: true, cacheControl: false },
      setHeaders: (reply, path) => reply.header('cache-control', cacheControl(path)),
    });
  }
  app.setNotFoundHandler((request, reply) => {
    const path = request.url.split('?')[0]!;
    const ofThePage = ['GET', 'HEAD'].includes(request.method) && !notThePage.test(path);
    if (built && ofThePage) return reply.sendFile('index.html');
    throw new Problem('not-found', `There is no ${request.method} ${path}.`, { status: 404 });
  });
}

/** The API, and files of the page as it was before an update: an answer in HTML would break it. */
const notThePage = /^\/(api|assets|socket\.io)\//;

/** Names of assets change with their content; the page itself must be asked for. */
function cacheControl(path: string): string {
  return path.includes(`${sep}assets${sep}`) ? 'public, max-age=31536000, immutable' : 'no-cache';
}
