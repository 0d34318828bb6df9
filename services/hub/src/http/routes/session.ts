import { SessionAnswer, SessionRequest } from '@maskwatch/contracts/http';
import { Problem } from '@maskwatch/platform/problem';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import type { HubContext } from '../../hub-context.ts';
import { type Access, sessionCookie } from '../access.ts';

const monthSeconds = 30 * 24 * 3600;
/** Wrong tokens in a minute, from everybody together; a token has 16 characters or more. */
const mostWrong = 20;

/** The page trades its token for a cookie that its scripts cannot read. */
export const sessionRoutes =
  (access: Access, { config, clock }: HubContext): FastifyPluginAsyncZod =>
  async (app) => {
    const secure = config.publicUrl.startsWith('https:');
    const cookie = { path: '/', httpOnly: true, sameSite: 'strict', secure } as const;
    let wrong: number[] = [];

    app.get('/session', { schema: { response: { 200: SessionAnswer } } }, async (request) => {
      const refused = access.refuse(request.raw);
      if (refused !== undefined) throw refused;
      return { open: access.open };
    });

    app.post(
      '/session',
      { schema: { body: SessionRequest, response: { 200: SessionAnswer } } },
      async ({ body: { token } }, reply) => {
        wrong = wrong.filter((at) => at > clock.now() - 60_000);
        if (wrong.length >= mostWrong) {
          throw new Problem('access-limited', 'Too many wrong tokens were tried.', {
            ...{ status: 429, action: 'Try again in a minute.' },
          });
        }
        const value = access.session(token);
        if (value === undefined) {
          wrong.push(clock.now());
          throw new Problem('access-token', 'This is not the token.', {
            ...{ status: 401, action: 'It is access.token in the config.' },
          });
        }
        reply.setCookie(sessionCookie, value, { ...cookie, maxAge: monthSeconds });
        return { open: false };
      },
    );

    app.delete('/session', async (_request, reply) => {
      reply.clearCookie(sessionCookie, cookie);
      return reply.status(204).send();
    });
  };
