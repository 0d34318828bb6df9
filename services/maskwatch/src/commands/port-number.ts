import { Problem } from '@maskwatch/platform/problem';

/** Of a command's option. Throws Problem `port-invalid`. */
export function portNumber(text: string): number {
  const port = Number(text);
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  throw new Problem('port-invalid', `"${text}" is no port.`, {
    action: 'Ports are whole numbers from 0 (any free one) to 65535.',
    status: 400,
  });
}
