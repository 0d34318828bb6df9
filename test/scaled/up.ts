/**
 * The scaled shape as one process, which takes the place of `maskwatch start` in tests: starts the
 * compose file with the config that is named, says where the page is, and stops all of it on SIGTERM.
 * The page is on loopback and asks for no token, as the embedded one: a proxy adds it.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { type Cluster, startCluster } from './cluster.ts';

const { values } = parseArgs({ options: { config: { type: 'string' }, port: { type: 'string' } } });
const text = readFileSync(values.config!, 'utf8');
const folder = mkdtempSync(join(tmpdir(), 'maskwatch-up-'));
const cluster = await startCluster({
  config: ({ hostAddress, subnet }) =>
    `${text}\naccess: { token: "\${MASKWATCH_TOKEN}" }\n`
      .replaceAll('127.0.0.0/8', subnet)
      .replaceAll('127.0.0.1', hostAddress),
  onLine: (name, line) => process.stderr.write(`${name} ${line}\n`),
});
const port = Number(values.port);
const proxy = startProxy(port, cluster);
while (!(await fetch(`http://127.0.0.1:${port}/livez`).catch(() => undefined))?.ok) await sleep(50);
console.log(`maskwatch is at http://127.0.0.1:${port}`);

process.once('SIGTERM', async () => {
  proxy.kill('SIGKILL');
  const codes = await cluster.stop();
  rmSync(folder, { recursive: true, force: true });
  const bad = [...codes].filter(([, code]) => code !== 0 && code !== 143);
  for (const [name, code] of bad) console.error(`${name} ended with ${code}`);
  process.exit(bad.length === 0 ? 0 : 1);
});

function startProxy(listen: number, { url, token }: Cluster) {
  const file = join(folder, 'haproxy.cfg');
  writeFileSync(
    file,
    `defaults
    mode http
    timeout connect 5s
    timeout client 60s
    timeout server 60s
    timeout tunnel 90s
listen page
    bind 127.0.0.1:${listen}
    http-request set-header Authorization "Bearer ${token}"
    server address ${new URL(url).host}
`,
  );
  return spawn('haproxy', ['-db', '-f', file], { stdio: 'ignore' });
}
