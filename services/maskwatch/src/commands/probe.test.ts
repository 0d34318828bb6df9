import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('../main.ts', import.meta.url));
const server = createServer(({ url }, response) => {
  if (url === '/silent') return;
  const status = url === '/well' ? 200 : 503;
  response.writeHead(status).end('{"reasons":[{"code":"store-unreachable"}]}');
});
let at: string;
before(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  at = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
after(() => {
  server.closeAllConnections();
  server.close();
});

function probe(url: string): Promise<{ status: number; said: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [main, 'probe', url], (fault, _out, said) => {
      resolve({ status: fault === null ? 0 : Number(fault.code), said });
    });
  });
}

test('a service that answers 200 is well, and nothing is said', async () => {
  assert.deepEqual(await probe(`${at}/well`), { status: 0, said: '' });
});

test('what another answer says is told', async () => {
  const { status, said } = await probe(`${at}/readyz`);
  assert.equal(status, 1);
  assert.match(said, /503 .*store-unreachable/);
});

test('silence, nobody there and no address are told', async () => {
  const silent = await probe(`${at}/silent`);
  assert.equal(silent.status, 1);
  assert.match(silent.said, /nothing within 3 s/);
  const nobody = await probe('http://127.0.0.1:1/readyz');
  assert.equal(nobody.status, 1);
  assert.match(nobody.said, /ECONNREFUSED|bad port/);
  assert.equal((await probe('nowhere')).status, 1);
});
