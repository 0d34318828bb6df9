import { type DestinationStream, type Logger as PinoLogger, pino } from 'pino';

/** Constant sentences; facts go into fields. Children carry the fields of their part. */
export type Logger = PinoLogger;

/** Anything between "//" and "@" of an address, and fields that hold secrets, never reach a log. */
const credentials = /(\b[a-z][a-z0-9+.-]*:\/\/)[^\s/@]*:[^\s@]*@/gi;

/** An address or a line of a child's stderr without user and password. */
export function withoutCredentials(text: string): string {
  return text.replace(credentials, '$1***@');
}

export interface LoggerOptions {
  service: string;
  level?: string;
  destination?: DestinationStream;
}

/** Lines of JSON on stderr: stdout belongs to the results of commands. */
export function createLogger({ service, level = 'info', destination }: LoggerOptions): Logger {
  return pino(
    {
      level,
      base: { service, pid: process.pid },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: {
        paths: ['password', 'token', 'secret', '*.password', '*.token', '*.secret'],
        censor: '***',
      },
      hooks: {
        streamWrite: withoutCredentials,
      },
    },
    destination ?? pino.destination({ dest: 2, sync: true }),
  );
}

export const silentLogger: Logger = pino({ level: 'silent' });
