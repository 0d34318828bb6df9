import assert from 'node:assert/strict';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Alert, Evidence } from '@maskwatch/contracts/alert';
import { Delivery, Endpoint } from '@maskwatch/contracts/delivery';
import {
  AlertPage,
  CameraDetail,
  CameraList,
  DeliveryList,
  EndpointList,
  ModelDetail,
  ModelList,
  Status,
} from '@maskwatch/contracts/http';
import { ProblemDetails } from '@maskwatch/contracts/problem';
import { createLogger } from '@maskwatch/platform/logger';
import { aDelivery, anEvidence, anOpening } from '@maskwatch/store/builders';
import type { FastifyInstance, InjectOptions } from 'fastify';
import { type AHub, aHub } from '../testing/a-hub.ts';
import { Access } from './access.ts';
import { createServer } from './server.ts';

const shipped = fileURLToPath(new URL('../../../../models/mask-mobilenetv2', import.meta.url));
const canary = {
  password: 'canary-password-1',
  token: 'canary-token-1234567',
  secret: `whsec_canary${'a'.repeat(30)}`,
  query: 'canary-query-1',
};
const config = {
  cameras: [
    { id: 'gate', source: 'rtsp://192.0.2.1/live', user: 'viewer', password: canary.password },
  ],
  access: { port: 0, token: canary.token },
  endpoints: {
    webhooks: [
      { id: 'desk', url: `https://desk.example/hook?key=${canary.query}`, secret: canary.secret },
    ],
  },
};
const authorization = `Bearer ${canary.token}`;

let hub: AHub;
let app: FastifyInstance;
let page: string;
/** Everything that was answered or logged, for the canaries. */
const said: string[] = [];

before(async () => {
  page = await mkdtemp(join(tmpdir(), 'maskwatch-page-'));
  await mkdir(join(page, 'assets'));
  await writeFile(join(page, 'index.html'), '<title>maskwatch</title>');
  await writeFile(join(page, 'assets', 'app-1.js'), 'export {};');
  const destination = new PassThrough();
  destination.on('data', (chunk) => said.push(String(chunk)));
  const logger = createLogger({ service: 'hub', level: 'trace', destination });
  const registry = join(page, 'models');
  await cp(shipped, join(registry, 'mask-mobilenetv2'), { recursive: true });
  await writeFile(join(registry, 'mask-mobilenetv2', 'report.html'), '<h1>Report</h1>');
  hub = await aHub({ config, logger, registry });
  await mkdir(join(hub.directory, 'evidence'));
  await writeFile(join(hub.directory, 'evidence', 'e-kept.jpg'), 'jpeg');
  const evidence = ['kept', 'gone'].map((name) =>
    anEvidence({ id: `e-${name}`, alertId: 'a-one', path: `e-${name}.jpg` }),
  );
  const deliveries = [aDelivery({ id: 'msg_1', endpointId: 'desk' })];
  await hub.store.open(anOpening('one', { evidence, deliveries, violation: { cameraId: 'gate' } }));
  app = await serverOf(canary.token);
});

after(async () => {
  await app.close();
  await hub.remove();
  await rm(page, { recursive: true });
});

function serverOf(token: string | undefined, pageFolder: string | undefined = page) {
  const access = new Access({ host: '127.0.0.1', token });
  return createServer({ context: hub.context, access, page: pageFolder });
}

async function ask(options: InjectOptions | string, server = app) {
  const request = typeof options === 'string' ? { url: options } : options;
  const headers = { host: 'localhost:8787', authorization, ...request.headers };
  const answer = await server.inject({ ...request, headers });
  said.push(answer.body, JSON.stringify(answer.headers));
  return answer;
}

async function refused(options: InjectOptions | string, status: number, server = app) {
  const answer = await ask(options, server);
  assert.equal(answer.statusCode, status, answer.body);
  assert.match(String(answer.headers['content-type']), /^application\/problem\+json/);
  assert.equal(answer.headers['x-content-type-options'], 'nosniff');
  const problem = ProblemDetails.parse(answer.json());
  assert.equal(problem.status, status);
  return problem;
}

const patch = (id: string, payload: object): InjectOptions => ({
  ...{ method: 'PATCH', url: `/api/v1/alerts/${id}`, payload },
});

test('each route answers with what its contract says', async () => {
  const routes = [
    ['/cameras', CameraList],
    ['/cameras/gate', CameraDetail],
    ['/alerts', AlertPage],
    ['/alerts?camera=gate&rule=no_mask&handling=new&limit=1', AlertPage],
    ['/alerts?after=0', AlertPage],
    ['/alerts/a-one', Alert],
    ['/evidence/e-kept', Evidence],
    ['/deliveries', DeliveryList],
    ['/deliveries?endpoint=desk&alert=a-one', DeliveryList],
    ['/deliveries/msg_1', Delivery],
    ['/endpoints', EndpointList],
    ['/endpoints/desk', Endpoint],
    ['/models', ModelList],
    ['/models/mask-mobilenetv2', ModelDetail],
    ['/status', Status],
  ] as const;
  for (const [url, schema] of routes) {
    const answer = await ask(`/api/v1${url}`);
    assert.equal(answer.statusCode, 200, `${url} ${answer.body}`);
    assert.equal(answer.headers['cache-control'], 'no-store');
    schema.parse(answer.json());
  }
});

test('an alert is acknowledged, dismissed with a reason, and new again', async () => {
  const acknowledged = await ask(patch('a-one', { handling: 'acknowledged' }));
  assert.equal(Alert.parse(acknowledged.json()).handledBy, 'operator');
  const dismissed = await ask(patch('a-one', { handling: 'dismissed', reason: 'wrong' }));
  assert.equal(Alert.parse(dismissed.json()).dismissReason, 'wrong');
  const again = Alert.parse((await ask(patch('a-one', { handling: 'new' }))).json());
  assert.equal(again.handling, 'new');
  assert.equal(again.dismissReason, undefined);
});

test('evidence is a JPEG that nobody keeps on the way', async () => {
  const answer = await ask('/api/v1/evidence/e-kept/picture');

  assert.equal(answer.headers['content-type'], 'image/jpeg');
  assert.equal(answer.headers['cache-control'], 'private, no-store');
  assert.equal(answer.body, 'jpeg');
});

test('a model has its card beside its description', async () => {
  const { models } = ModelList.parse((await ask('/api/v1/models')).json());
  const detail = ModelDetail.parse((await ask('/api/v1/models/mask-mobilenetv2')).json());

  assert.deepEqual(
    models.map(({ name, running, report }) => ({ name, running, report })),
    [
      { name: 'mask-mobilenetv2', running: true, report: true },
      { name: 'face-yolov4-mobilenetv2', running: true, report: false },
    ].sort((a, b) => (a.name < b.name ? -1 : 1)),
  );
  assert.match(detail.card ?? '', /^# mask-mobilenetv2/);
  assert.ok('sha256' in detail);
});

test('a report runs nothing, loads nothing and is no part of this origin', async () => {
  const answer = await ask('/api/v1/models/mask-mobilenetv2/report');

  assert.equal(answer.body, '<h1>Report</h1>');
  assert.match(String(answer.headers['content-type']), /^text\/html/);
  assert.match(
    String(answer.headers['content-security-policy']),
    /^sandbox; default-src 'none'; img-src data:; style-src 'unsafe-inline';/,
  );
  assert.equal(answer.headers['x-content-type-options'], 'nosniff');
});

test('a name of a model never becomes a path', async () => {
  for (const name of ['..', '%2e%2e', '..%2Fassets', '..%2f..%2fetc', '.', '%00']) {
    const { statusCode } = await ask(`/api/v1/models/${name}/report`);
    assert.ok(statusCode === 404 || statusCode === 400, `${name} ${statusCode}`);
  }
});

test('a test message is put into the outbox', async () => {
  const answer = await ask({ method: 'POST', url: '/api/v1/endpoints/desk/test' });

  assert.equal(Delivery.parse(answer.json()).type, 'test');
});

test('what is not there is a problem of status 404', async () => {
  const urls = ['/cameras/x', '/alerts/x', '/evidence/x', '/evidence/x/picture', '/deliveries/x'];
  for (const url of [...urls, '/endpoints/x', '/models/x', '/models/x/report', '/nothing']) {
    await refused(`/api/v1${url}`, 404);
  }
  await refused(patch('x', { handling: 'new' }), 404);
  await refused({ method: 'POST', url: '/api/v1/endpoints/x/test' }, 404);
  await refused({ method: 'DELETE', url: '/api/v1/alerts/a-one' }, 404);
  assert.equal((await refused('/api/v1/evidence/e-gone/picture', 410)).code, 'evidence-gone');
});

test('what is not valid is a problem that names the field', async () => {
  const limit = await refused('/api/v1/alerts?limit=0', 400);
  assert.equal(limit.errors?.[0]?.path, 'limit');
  await refused('/api/v1/alerts?handling=maybe', 400);
  await refused(patch('a-one', { handling: 'dismissed' }), 400);
  await refused(patch('a-one', { handling: 'new', more: 1 }), 400);
  const url = '/api/v1/alerts/a-one';
  const headers = { 'content-type': 'application/json' };
  await refused({ method: 'PATCH', url, headers, payload: '{"handling":' }, 400);
  await refused(patch('a-one', { handling: 'x'.repeat(70_000) }), 413);
  const text = { 'content-type': 'text/plain' };
  await refused({ method: 'PATCH', url, headers: text, payload: '{"handling":"new"}' }, 400);
  const xml = { 'content-type': 'text/xml' };
  await refused({ method: 'PATCH', url, headers: xml, payload: '<new/>' }, 415);
});

test('an address that cannot be read is a problem, too', async () => {
  await refused('/api/v1/alerts/%zz', 400);
  await refused(`/api/v1/alerts/${'x'.repeat(300)}`, 404);
});

test('the status names the rules that hold', async () => {
  const { rules } = Status.parse((await ask('/api/v1/status')).json());

  assert.deepEqual(rules, [{ id: 'no_mask', severity: 'high', states: ['no_mask'], holdMs: 3000 }]);
});

test('without the token nothing is told but that it is asked for', async () => {
  const headers = { authorization: 'Bearer wrong-token-1234567' };
  for (const url of ['/cameras', '/alerts', '/evidence/e-kept/picture', '/status', '/session']) {
    const problem = await refused({ url: `/api/v1${url}`, headers }, 401);
    assert.equal(problem.code, 'access-token');
  }
  await refused({ url: '/metrics', headers }, 401);
});

test('the token is traded for a cookie that scripts cannot read', async () => {
  const payload = { token: canary.token };
  const none = { authorization: '' };
  const answer = await app.inject({ method: 'POST', url: '/api/v1/session', payload });

  const [cookie] = answer.cookies;
  assert.equal(cookie?.httpOnly, true);
  assert.equal(cookie.sameSite, 'Strict');
  assert.ok(!cookie.value.includes(canary.token));
  const cookies = { [cookie.name]: cookie.value };
  const own = { ...none, origin: 'http://localhost:8787' };
  assert.equal((await ask({ url: '/api/v1/alerts', cookies, headers: own })).statusCode, 200);
  const other = { ...none, origin: 'https://elsewhere.example' };
  await refused({ url: '/api/v1/alerts', cookies, headers: other }, 403);
});

test('wrong tokens are limited', async () => {
  const server = await serverOf(canary.token);
  const wrong = { method: 'POST', url: '/api/v1/session', payload: { token: 'x' } } as const;
  for (let n = 0; n < 20; n += 1) await refused(wrong, 401, server);

  await refused(wrong, 429, server);
  await server.close();
});

test('without a token only this machine and its own page are answered', async () => {
  const server = await serverOf(undefined);
  const url = '/api/v1/cameras';
  for (const headers of [
    { host: 'evil.example' },
    { host: 'localhost:8787', origin: 'https://evil.example' },
    { host: 'localhost:8787', origin: 'http://localhost:9999' },
    { host: 'localhost:8787', 'x-forwarded-for': '192.0.2.7' },
  ]) {
    assert.equal((await refused({ url, headers }, 403, server)).code, 'access-stranger');
  }
  for (const host of ['localhost:8787', '127.0.0.1:1', '[::1]:8787']) {
    const answer = await ask({ url, headers: { host, origin: `http://${host}` } }, server);
    assert.equal(answer.statusCode, 200);
  }
  await server.close();
});

test('every path that is none of the API is the page, asked for each time', async () => {
  for (const url of ['/', '/alerts/a-one?x=1', '/cameras/gate']) {
    const answer = await ask(url);
    assert.equal(answer.statusCode, 200);
    assert.match(answer.body, /maskwatch/);
    assert.match(String(answer.headers['content-type']), /^text\/html/);
    assert.equal(answer.headers['cache-control'], 'no-cache');
    assert.match(String(answer.headers['content-security-policy']), /frame-ancestors 'none'/);
  }
  assert.equal((await ask({ method: 'HEAD', url: '/alerts/a-one' })).statusCode, 200);
});

test('assets are kept, and one of an older page is not the page', async () => {
  const answer = await ask('/assets/app-1.js');
  assert.match(String(answer.headers['cache-control']), /immutable/);

  await refused('/assets/app-0.js', 404);
  await writeFile(join(page, 'assets', 'app-2.js'), 'export {};');
  assert.equal((await ask('/assets/app-2.js')).statusCode, 200, 'the page was built anew');
  await refused('/assets/..%2f..%2f..%2fetc%2fpasswd', 404);
});

test('without a built page its paths are problems', async () => {
  const server = await serverOf(canary.token, join(page, 'nowhere'));

  await refused('/', 404, server);
  await server.close();
});

test('probes answer without the token; figures do not', async () => {
  const headers = { authorization: '' };
  assert.deepEqual((await ask({ url: '/livez', headers })).json(), { alive: true });
  const ready = await ask({ url: '/readyz', headers });
  assert.equal(ready.statusCode, 503);
  assert.equal(ready.json().reasons[0].code, 'vision-down');
  const metrics = await ask('/metrics');
  assert.match(metrics.body, /maskwatch_frames_total\{camera="gate",outcome="judged"\} 0/);
});

test('a client that never ends its request does not keep the service from stopping', async () => {
  const other = await aHub();
  const { port } = await other.hub.start();
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => {});
  socket.write('POST /api/v1/session HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n');
  await new Promise((resolve) => setTimeout(resolve, 100));

  const startedAt = performance.now();
  await other.remove();

  assert.ok(performance.now() - startedAt < 3000);
});

test('no secret is in anything that was answered or logged', () => {
  const all = said.join('\n');
  assert.ok(all.length > 10_000);
  for (const secret of Object.values(canary)) assert.ok(!all.includes(secret), secret);
});
