import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { TLSSocket } from 'node:tls';
import { secret } from './testing/outbox.ts';

/** One attempt in a process of its own, whose trust is set by its environment only. */
const script = `
  const [guards, sends, clocks, url, secret] = process.argv.slice(1);
  const { DestinationGuard } = await import(guards);
  const { sendAttempt } = await import(sends);
  const { systemClock: clock } = await import(clocks);
  const guard = new DestinationGuard(['127.0.0.1/32'], async () => ['127.0.0.1']);
  const { signal } = new AbortController();
  const answer = await sendAttempt({ id: 'd-1', body: '{}', url, secret }, { clock, guard, signal });
  console.log(JSON.stringify(answer));
`;

describe('one attempt over TLS', () => {
  const directory = mkdtempSync(join(tmpdir(), 'maskwatch-tls-'));
  const certificate = join(directory, 'certificate.pem');
  const key = join(directory, 'key.pem');
  const served: (string | false | null)[] = [];
  const server = createServer((request, response) => {
    served.push((request.socket as TLSSocket).servername);
    response.writeHead(204).end();
  });

  before(async () => {
    const subject = ['-subj', '/CN=hook.example', '-addext', 'subjectAltName=DNS:hook.example'];
    const fresh = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'];
    const files = ['-keyout', key, '-out', certificate];
    execFileSync('openssl', ['req', '-x509', ...fresh, ...files, ...subject], { stdio: 'pipe' });
    server.setSecureContext({ key: readFileSync(key), cert: readFileSync(certificate) });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });

  after(() => {
    server.close();
    rmSync(directory, { recursive: true, force: true });
  });

  async function attempt(host: string, trusted: boolean) {
    const modules = ['./destination-guard.ts', './send-attempt.ts', '@maskwatch/platform/clock'];
    const paths = modules.map((name) => import.meta.resolve(name));
    const url = `https://${host}:${(server.address() as AddressInfo).port}/`;
    const child = spawn(
      process.execPath,
      ['--input-type=module', '-e', script, ...paths, url, secret],
      {
        env: trusted ? { NODE_EXTRA_CA_CERTS: certificate } : {},
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    return JSON.parse(Buffer.concat(await child.stdout.toArray()).toString());
  }

  it('delivers to the name in the certificate, and asks for it by that name', async () => {
    assert.deepEqual(await attempt('hook.example', true), { status: 204 });
    assert.deepEqual(served, ['hook.example']);
  });

  it('sends nothing to a certificate that is not trusted or of another name', async () => {
    served.length = 0;
    assert.match((await attempt('hook.example', false)).error, /self-signed certificate/);
    assert.match((await attempt('other.example', true)).error, /does not match certificate/);
    assert.deepEqual(served, []);
  });
});
