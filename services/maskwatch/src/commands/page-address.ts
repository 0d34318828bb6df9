import { type Config, usualPublicUrl } from '@maskwatch/contracts/config';

/** The usual address of the page moves along; one that somebody chose stays. */
export function onPort(config: Config, port: number): Config {
  const { access, publicUrl } = config;
  const moves = publicUrl === usualPublicUrl && port !== 0;
  const shown = moves ? `http://localhost:${port}` : publicUrl;
  return { ...config, access: { ...access, port }, publicUrl: shown };
}

/** The line by which people, and who started it, learn where the page is. */
export function sayWhere(host: string, port: number): void {
  const shown = host.includes(':') ? `[${host}]` : host;
  process.stdout.write(`maskwatch is at http://${shown}:${port}\n`);
}
