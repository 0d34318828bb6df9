import type { ProblemDetails } from '@maskwatch/contracts/problem';
import type { Logger } from '@maskwatch/platform/logger';
import { Problem } from '@maskwatch/platform/problem';
import type { FastifyReply } from 'fastify';
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod';

/** The one place where what was thrown becomes an answer (RFC 9457). */
export function answerProblem(thrown: unknown, reply: FastifyReply, logger: Logger) {
  const problem = asProblem(thrown);
  if (problem.status >= 500) logger.error({ err: thrown }, 'a request failed');
  const { status } = problem;
  const details = problemDetails(problem);
  // Already a string: the serializer of the route's own answer does not fit.
  return reply
    .status(status)
    .serializer((text: unknown) => String(text))
    .type('application/problem+json')
    .send(JSON.stringify(details));
}

/** A problem as the contract says it, also where it is part of an answer. */
export function problemDetails({ code, status, message, action, errors }: Problem): ProblemDetails {
  return {
    type: `urn:maskwatch:problem:${code}`,
    title: message,
    status,
    code,
    detail: message,
    ...(action === undefined ? {} : { action }),
    ...(errors.length === 0 ? {} : { errors }),
  };
}

function asProblem(thrown: unknown): Problem {
  if (thrown instanceof Problem) return thrown;
  if (hasZodFastifySchemaValidationErrors(thrown)) {
    const errors = thrown.validation.map(({ instancePath, message }) => ({
      path: instancePath.replaceAll('/', '.').replace(/^\./, '') || '(whole)',
      message: message ?? 'is not allowed',
    }));
    const [first] = errors;
    return new Problem(
      'request-invalid',
      `The request is not valid: ${first?.path} ${first?.message}`,
      {
        ...{ status: 400, errors },
      },
    );
  }
  const { statusCode, message } = thrown as { statusCode?: number; message?: string };
  if (statusCode !== undefined && statusCode < 500) {
    return new Problem('request-invalid', message ?? 'The request is not valid.', {
      status: statusCode,
    });
  }
  return new Problem('internal', 'The service failed to answer; its log says why.', {
    status: 500,
    cause: thrown,
  });
}

export function notFound(what: string, id: string): Problem {
  return new Problem('not-found', `There is no ${what} "${id}".`, { status: 404 });
}
