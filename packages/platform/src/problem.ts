/** How bad: decides the exit status of a command and the status of an HTTP answer. */
export interface ProblemOptions {
  /** What to do about it, as a sentence. */
  action?: string;
  /** HTTP status; 500 where absent. */
  status?: number;
  cause?: unknown;
  /** Faults of single fields, each with its path (and line, in the message, for config). */
  errors?: { path: string; message: string }[];
}

/**
 * An expected fault, told to a person: a code from a closed list of its room, what happened, what
 * to do. Programmer faults are never Problems: they crash the process, and its parent restarts it.
 */
export class Problem extends Error {
  readonly code: string;
  readonly action: string | undefined;
  readonly status: number;
  readonly errors: { path: string; message: string }[];

  constructor(code: string, message: string, options: ProblemOptions = {}) {
    super(message, { cause: options.cause });
    this.name = 'Problem';
    this.code = code;
    this.action = options.action;
    this.status = options.status ?? 500;
    this.errors = options.errors ?? [];
  }
}

/** The sentence of anything thrown; used once, at the edge that caught it. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
