import { apiPrefix } from '@maskwatch/contracts/http';
import { ProblemDetails } from '@maskwatch/contracts/problem';
import type { z } from 'zod';

/** What went wrong in words for a person: the service's own problem, or that it did not answer. */
export class ApiProblem extends Error {
  readonly details: ProblemDetails;

  constructor(details: ProblemDetails) {
    super(details.detail);
    this.name = 'ApiProblem';
    this.details = details;
  }
}

const silent: ProblemDetails = {
  type: 'about:blank',
  title: 'The service does not answer',
  status: 0,
  code: 'unreachable',
  detail: 'No answer came from the maskwatch service.',
  action: 'Check that it runs and that this machine can reach it. The page keeps trying.',
};

/** Any thrown value as a problem that can be shown. */
export function problemOf(thrown: unknown): ProblemDetails {
  if (thrown instanceof ApiProblem) return thrown.details;
  return {
    ...silent,
    title: 'The page met something unexpected',
    code: 'page',
    detail: thrown instanceof Error ? thrown.message : String(thrown),
    action: 'Reload the page. If it stays, page and service may be of different versions.',
  };
}

async function problemIn(response: Response): Promise<ProblemDetails> {
  const parsed = ProblemDetails.safeParse(await response.json().catch(() => undefined));
  if (parsed.success) return parsed.data;
  return {
    ...silent,
    title: `The service answered ${response.status}`,
    status: response.status,
    code: 'http',
    detail: response.statusText || 'It gave no reason.',
    action: 'Look at the log of the service.',
  };
}

export interface Call {
  method?: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  query?: Record<string, string | number | undefined>;
  body?: unknown;
}

async function send(path: string, { method = 'GET', query = {}, body }: Call): Promise<Response> {
  const search = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) {
    if (value !== undefined) search.set(key, String(value));
  }
  const suffix = search.size > 0 ? `?${search}` : '';
  const response = await fetch(`${apiPrefix}${path}${suffix}`, {
    method,
    ...(body === undefined
      ? {}
      : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  }).catch(() => {
    throw new ApiProblem(silent);
  });
  if (!response.ok) throw new ApiProblem(await problemIn(response));
  return response;
}

/** Calls the API and checks the answer against its schema. Throws ApiProblem, or the schema's error. */
export async function call<T extends z.ZodType>(
  path: string,
  schema: T,
  options: Call = {},
): Promise<z.infer<T>> {
  const response = await send(path, options);
  return schema.parse(await response.json());
}

/** As `call`, where the body of the answer does not matter. */
export async function command(path: string, options: Call): Promise<void> {
  await send(path, options);
}
