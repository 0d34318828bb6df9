/** The page as an operator has it: a real browser, the real service, the demo camera. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import { AxeBuilder } from '@axe-core/playwright';
import type { Alert } from '@maskwatch/contracts/alert';
import type { AlertPage, Status } from '@maskwatch/contracts/http';
import type { Browser, Page } from 'playwright-core';
import { readBoxPixels } from './box-pixels.ts';
import { buildPage } from './build-page.ts';
import { type OpenPage, openPage, startBrowser } from './open-page.ts';
import { type RunningService, startService } from './running-service.ts';

/** The demo film has a violation in its first 15 s and then about every 30 s. */
const alertMs = 90_000;
const config = (receiver: string) => `
cameras:
  - id: demo
    name: Demo corridor
    source: demo
rules:
  - id: no_mask
    states: [no_mask]
    hold: 3s
endpoints:
  allow: [127.0.0.0/8]
  webhooks:
    - id: desk
      url: ${receiver}
      secret: whsec_${Buffer.alloc(32, 7).toString('base64')}
`;

let receiver: Server;
let service: RunningService;
let browser: Browser;
let operator: OpenPage;

before(async () => {
  buildPage();
  browser = await startBrowser();
  receiver = createServer((request, answer) => {
    request.resume().on('end', () => answer.writeHead(204).end());
  });
  await once(receiver.listen(0, '127.0.0.1'), 'listening');
  const { port } = receiver.address() as AddressInfo;
  service = await startService(config(`http://127.0.0.1:${port}/`));
  operator = await openPage(browser);
});

after(async () => {
  await operator?.close();
  await service?.stop();
  await browser?.close();
  receiver?.close();
});

/** Asks until it holds; fails with the last answer after the time. */
async function until<T>(ask: () => Promise<T>, holds: (value: T) => boolean, ms = 15_000) {
  const end = performance.now() + ms;
  for (;;) {
    const value = await ask();
    if (holds(value)) return value;
    if (performance.now() > end) assert.fail(`still ${JSON.stringify(value)} after ${ms} ms`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

async function api<T>(path: string, body?: unknown): Promise<T> {
  const answer = await fetch(`${service.url}/api/v1${path}`, {
    ...(body !== undefined && {
      method: 'PATCH',
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json' },
    }),
  });
  assert.ok(answer.ok, `${path} answered ${answer.status}`);
  return (await answer.json()) as T;
}

async function firstAlert(): Promise<Alert> {
  const page = await until(
    () => api<AlertPage>('/alerts'),
    ({ alerts }) => alerts.some(({ evidence }) => evidence.length > 0),
    alertMs,
  );
  return page.alerts.find(({ evidence }) => evidence.length > 0)!;
}

const newCount = async (page: Page) => Number(/^\((\d+)\)/.exec(await page.title())?.[1] ?? 0);

test('an alert arrives on the open wall: in the title, on the tile, and to be heard', async () => {
  const { page } = operator;
  await page.goto(service.url);
  await page.locator('[data-sound]').waitFor();
  await page.mouse.click(5, 790);
  await page.locator('[data-sound="ready"]').waitFor();

  const count = await until(
    () => newCount(page),
    (count) => count > 0,
    alertMs,
  );

  assert.ok(count >= 1);
  await page.locator('[data-camera="demo"] [data-testid="tile-alerts"]').waitFor();
  const sound = page.locator('[data-sound]');
  await until(
    () => sound.getAttribute('data-played'),
    (played) => Number(played) > 0,
  );
});

test('the wall draws moving boxes', async () => {
  const { page } = operator;
  await page.goto(service.url);
  const first = await until(
    () => readBoxPixels(page, 'demo'),
    ({ count }) => count > 100,
  );

  const moved = await until(
    () => readBoxPixels(page, 'demo'),
    ({ count, x, y }) => count > 100 && Math.hypot(x - first.x, y - first.y) > 3,
  );

  assert.ok(moved.sequence > first.sequence);
});

test('an alert is acknowledged by keyboard alone', async () => {
  const { page } = operator;
  await firstAlert();
  await page.goto(`${service.url}/alerts?handling=new`);
  await page.locator('[data-alert][data-handling="new"]').first().waitFor();

  await page.keyboard.press('j');
  const id = await page.locator('[data-marked="true"]').getAttribute('data-alert');
  await page.keyboard.press('a');

  await page.locator(`[data-alert="${id}"][data-handling="acknowledged"]`).waitFor();
  assert.equal((await api<Alert>(`/alerts/${id}`)).handling, 'acknowledged');
});

test('a dismissal says whether the alert was wrong or unclear, and can be taken back', async () => {
  const { page } = operator;
  const { id } = await firstAlert();
  await page.goto(`${service.url}/alerts/${id}`);
  await api(`/alerts/${id}`, { handling: 'new' });
  await page.getByRole('button', { name: 'Acknowledge' }).waitFor();

  await page.keyboard.press('w');
  await page.getByText('dismissed as wrong', { exact: true }).first().waitFor();
  assert.equal((await api<Alert>(`/alerts/${id}`)).dismissReason, 'wrong');

  await page.getByRole('button', { name: 'Back to new' }).click();
  await page.getByRole('button', { name: 'Acknowledge' }).waitFor();
  await page.keyboard.press('u');
  await page.getByText('dismissed as unclear', { exact: true }).first().waitFor();
  assert.equal((await api<Alert>(`/alerts/${id}`)).dismissReason, 'unclear');
});

test('an open alert shows its picture with the box where the evidence has it', async () => {
  const { page } = operator;
  const alert = await firstAlert();
  const evidence = alert.evidence.find(({ kind }) => kind === 'picture')!;
  await page.goto(`${service.url}/alerts/${alert.id}`);

  const width = await until(
    () => page.locator('figure img').evaluate((image) => (image as HTMLImageElement).naturalWidth),
    (width) => width > 0,
  );
  const box = page.locator('[data-testid="evidence-box"] rect').last();

  assert.equal(width, evidence.width);
  for (const [index, name] of ['x', 'y', 'width', 'height'].entries()) {
    assert.equal(Number(await box.getAttribute(name)), evidence.box[index]);
  }
  await page.getByText('Why it fired').waitFor();
});

test('the filter stays in the address over a reload', async () => {
  const { page } = operator;
  const { id } = await firstAlert();
  await api(`/alerts/${id}`, { handling: 'acknowledged' });
  await page.goto(`${service.url}/alerts`);
  await page.getByLabel('Handling').selectOption('acknowledged');
  await page.waitForURL('**/alerts?handling=acknowledged');

  await page.reload();

  await page.locator(`[data-alert="${id}"]`).waitFor();
  assert.equal(await page.getByLabel('Handling').inputValue(), 'acknowledged');
  assert.equal(await page.locator('[data-alert]:not([data-handling="acknowledged"])').count(), 0);
});

test('what changed while the socket was away is there after it is back', async () => {
  const away = await openPage(browser);
  const { page } = away;
  let blocked = false;
  let cut = () => {};
  await page.routeWebSocket(/socket\.io/, (socket) => {
    if (blocked) return void socket.close();
    const server = socket.connectToServer();
    cut = () => {
      void server.close();
      void socket.close();
    };
  });
  const { id } = await firstAlert();
  await api(`/alerts/${id}`, { handling: 'new' });
  await page.goto(`${service.url}/alerts`);
  await page.locator(`[data-alert="${id}"][data-handling="new"]`).waitFor();
  await page.locator('[data-link="connected"]').waitFor();

  blocked = true;
  cut();
  await page.locator('[data-link="lost"]').waitFor();
  await api(`/alerts/${id}`, { handling: 'acknowledged' });
  assert.equal(await page.locator(`[data-alert="${id}"][data-handling="new"]`).count(), 1);
  blocked = false;

  await page.locator(`[data-alert="${id}"][data-handling="acknowledged"]`).waitFor();
  assert.equal(await page.locator(`[data-alert="${id}"]`).count(), 1);
  await away.close();
});

test('a test message is delivered, and its attempt is shown', async () => {
  const { page } = operator;
  await page.goto(`${service.url}/deliveries`);
  await page.getByRole('button', { name: 'Send a test' }).click();

  const row = page.locator('li', { hasText: 'test message' }).first();
  await row.getByText('delivered', { exact: true }).waitFor();
  await row.locator('summary').click();

  await row.getByRole('cell', { name: '204 accepted' }).waitFor();
});

test('points clicked on the picture become the lines of a zone', async () => {
  const { page } = operator;
  await page.goto(`${service.url}/cameras/demo`);
  await page.locator('canvas[data-sequence]').waitFor();
  await page.getByRole('button', { name: 'Draw a zone' }).click();
  const { x, y, width, height } = (await page.locator('canvas').boundingBox())!;
  // The picture is 16 to 9, as its place is: it fills it.
  for (const [right, down] of [
    [0.25, 0.5],
    [0.75, 0.5],
    [0.5, 0.9],
  ] as const) {
    await page.mouse.click(x + right * width, y + down * height);
  }

  const lines = (await page.locator('section[aria-label="Polygon"] pre').textContent()) ?? '';

  assert.match(lines, /^zones:\n {2}- id: zone-1\n {4}camera: demo\n {4}points: /);
  const found = [...lines.matchAll(/\d\.\d+/g)].map(([number]) => Number(number));
  const wanted = [0.25, 0.5, 0.75, 0.5, 0.5, 0.9];
  assert.equal(found.length, wanted.length);
  for (const [index, value] of wanted.entries()) {
    assert.ok(Math.abs(found[index]! - value) < 0.004, `${found[index]} is not ${value}`);
  }
});

test('the sound stays off over a reload', async () => {
  const { page, close } = await openPage(browser);
  await page.goto(service.url);
  await page.locator('[data-sound="waiting"], [data-sound="ready"]').waitFor();
  await page.mouse.click(5, 790);
  await page.locator('[data-sound="ready"]').click();
  await page.locator('[data-sound="off"]').waitFor();

  await page.reload();

  await page.locator('[data-sound="off"]').waitFor();
  assert.equal(await page.locator('[data-sound]').getAttribute('aria-pressed'), 'false');
  await close();
});

const pages = ['/', '/cameras/demo', '/alerts', '/deliveries', '/models', '/status'];

async function faultsOf(page: Page, rules?: string[]): Promise<string[]> {
  const builder = new AxeBuilder({ page });
  const { violations } = await (rules === undefined ? builder : builder.withRules(rules)).analyze();
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${page.url()} ${id}: ${nodes[0]?.html}`);
}

test('no page has a serious accessibility fault, in light or dark colours', async () => {
  const { page, close } = await openPage(browser, { colorScheme: 'light' });
  const { id } = await firstAlert();
  for (const path of [...pages, `/alerts/${id}`]) {
    await page.emulateMedia({ colorScheme: 'light' });
    await page.goto(service.url + path);
    await page.locator('h1:visible').first().waitFor();
    await page.locator('[data-link="connected"]').waitFor();
    assert.deepEqual(await faultsOf(page), []);
    // Nothing but the colours differs.
    await page.emulateMedia({ colorScheme: 'dark' });
    assert.deepEqual(await faultsOf(page, ['color-contrast']), []);
  }
  await close();
});

test('no page is wider than a phone', async () => {
  const { page, close } = await openPage(browser, { viewport: { width: 390, height: 844 } });
  const { id } = await firstAlert();
  for (const path of [...pages, `/alerts/${id}`]) {
    await page.goto(service.url + path);
    await page.locator('h1:visible').first().waitFor();
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 390, path);
  }
  await close();
});

test('a picture that stands still is greyed and says how old it is', async () => {
  const { page } = operator;
  await page.goto(service.url);
  const canvas = page.locator('canvas[data-camera="demo"]');
  await page.locator('canvas[data-sequence][data-stale="false"]').waitFor();
  const { vision } = await until(
    () => api<Status>('/status'),
    (status) => status.vision !== undefined,
  );

  process.kill(vision!.pid, 'SIGSTOP');
  try {
    await page.locator('canvas[data-camera="demo"][data-stale="true"]').waitFor();
    assert.match(await canvas.evaluate((element) => getComputedStyle(element).filter), /grayscale/);
    assert.match(
      (await page.locator('article[data-camera="demo"]').textContent()) ?? '',
      /Picture \d+(\.\d)? s old/,
    );
  } finally {
    process.kill(vision!.pid, 'SIGCONT');
  }

  await page.locator('canvas[data-camera="demo"][data-stale="false"]').waitFor({ timeout: 30_000 });
});

test('the browser had nothing to complain of', () => {
  assert.deepEqual(operator.complaints, []);
});

test('with a token the page asks once, and keeps it where no script can read it', async () => {
  const token = 'a-token-of-the-browser-test';
  const guarded = await startService(`access:\n  token: ${token}\ncameras: []\n`);
  const { page, close } = await openPage(browser);
  try {
    await page.goto(`${guarded.url}/status`);
    await page.getByLabel('Access token').fill('not the token');
    await page.getByRole('button', { name: 'Open' }).click();
    await page.getByRole('alert').waitFor();

    await page.getByLabel('Access token').fill(token);
    await page.getByRole('button', { name: 'Open' }).click();
    await page.getByRole('heading', { name: 'Status' }).waitFor();
    await page.locator('[data-link="connected"]').waitFor();

    const [cookie] = await page.context().cookies();
    assert.equal(cookie?.httpOnly, true);
    assert.equal(await page.evaluate(() => document.cookie), '');
    await page.goto(guarded.url);
    await page.getByText('No camera is configured').waitFor();
  } finally {
    await close();
    await guarded.stop();
  }
});
