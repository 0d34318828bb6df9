/** The page "Models" and the reports, in a real browser, served by a hub that runs no model. */
import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { AxeBuilder } from '@axe-core/playwright';
import { type AHub, aHub } from '@maskwatch/hub/testing/a-hub';
import type { Browser, Page } from 'playwright-core';
import { buildPage } from './build-page.ts';
import { loadedModels, modelsFolder } from './models-folder.ts';
import { type OpenPage, openPage, startBrowser } from './open-page.ts';

const config = {
  models: { classifier: 'mask-office' },
  rules: [
    { id: 'bare', states: ['no_mask', 'incorrect'] },
    { id: 'worn-wrong', states: ['incorrect'] },
  ],
};

let registry: string;
let hub: AHub;
let browser: Browser;
let operator: OpenPage;
let url: string;

before(async () => {
  buildPage();
  registry = await modelsFolder();
  const page = join(import.meta.dirname, '../../services/dashboard/dist');
  const models = await loadedModels(registry);
  hub = await aHub({ config, registry, page, models });
  url = `http://127.0.0.1:${(await hub.hub.start()).port}`;
  browser = await startBrowser();
  operator = await openPage(browser);
});

after(async () => {
  await operator?.close();
  await browser?.close();
  await hub?.remove();
  await rm(registry, { recursive: true });
});

const card = (name: string) => operator.page.locator(`[data-model="${name}"]`);

test('what runs stands first, and a state that it cannot say is struck out', async () => {
  const { page } = operator;
  await page.goto(`${url}/models`);
  await card('mask-office').waitFor();

  const names = await page
    .locator('[data-model]')
    .evaluateAll((cards) =>
      cards.map((one) => [one.getAttribute('data-model'), one.getAttribute('data-running')]),
    );
  assert.deepEqual(names.slice(0, 3), [
    ['face-yolov4-mobilenetv2', 'true'],
    ['mask-office', 'true'],
    ['mask-both', 'false'],
  ]);
  const struck = card('mask-office').locator('[data-unsayable="true"]');
  assert.equal(await struck.textContent(), 'incorrectcannot say');
  assert.equal(await card('mask-mobilenetv2').locator('[data-unsayable="true"]').count(), 0);
  await card('mask-office').getByRole('row', { name: 'balanced accuracy 0.978' }).waitFor();
});

test('a combined model names its members, a broken one what to do', async () => {
  await card('mask-both').getByText('mask-hall, weight 2, also mirrored').waitFor();
  assert.equal(await card('mask-both').locator('[data-state="incorrect"]').count(), 1);
  await card('mask-torn').getByText('cannot be used').waitFor();
  assert.match((await card('mask-torn').textContent()) ?? '', /Correct the fields named/);
});

test('a card opens as text', async () => {
  const { page } = operator;
  await card('mask-mobilenetv2').getByRole('button', { name: 'Card' }).click();

  const dialog = page.getByRole('dialog', { name: 'Card of mask-mobilenetv2' });
  await dialog.getByRole('heading', { name: 'What it cannot do' }).waitFor();
  await dialog.getByRole('cell', { name: '401' }).waitFor();
  await dialog.getByRole('button', { name: 'Close' }).click();
  await dialog.waitFor({ state: 'hidden' });
});

test('a report opens in a tab of its own, with its pictures', async () => {
  const { page } = operator;
  const opened = page.waitForEvent('popup');
  await card('mask-office').getByRole('link', { name: 'Report' }).click();
  const report = await opened;
  const complaints: string[] = [];
  report.on('console', (message) => complaints.push(message.text()));
  await report.waitForLoadState();

  await report.getByRole('heading', { name: 'mask-office', level: 1 }).waitFor();
  const image = report.locator('img');
  assert.ok(await image.evaluate((one) => (one as HTMLImageElement).naturalWidth > 0));
  await report.getByRole('link', { name: 'Predictions' }).click();
  await report.waitForURL('**/report#part-5');
  // The looks of the test itself, which are scripts, are refused: that is all that was said.
  const others = complaints.filter((text) => !/^Blocked script .* sandboxed/.test(text));
  assert.deepEqual(others, []);
  await report.close();
});

test('wall, signs, filters and rules say what cannot be said', async () => {
  const { page } = operator;
  await page.goto(url);
  await page.getByTestId('unsayable').getByText('cannot say').waitFor();
  await page.getByRole('button', { name: 'Help' }).click();
  assert.equal(await page.locator('dialog [data-unsayable="true"]').count(), 1);

  await page.goto(`${url}/alerts`);
  const rules = page.getByLabel('Rule');
  await rules.locator('option', { hasText: 'worn-wrong (cannot fire now)' }).waitFor({
    state: 'attached',
  });
  assert.equal(await rules.locator('option', { hasText: /^bare$/ }).count(), 1);

  await page.goto(`${url}/status`);
  await page.locator('s', { hasText: 'incorrect' }).first().waitFor();
});

test('the page and its reports have no serious accessibility fault and fit a phone', async () => {
  const { page, close } = await openPage(browser, { viewport: { width: 390, height: 844 } });
  const report = await (await fetch(`${url}/api/v1/models/mask-office/report`)).text();
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    await page.goto(`${url}/models`);
    await page.locator('article').first().waitFor();
    await fits(page, `models ${colorScheme}`);
    // Looked at outside of its sandbox, which the looking would not pass.
    await page.goto('about:blank');
    await page.setContent(report);
    await page.locator('section').first().waitFor();
    await fits(page, `report ${colorScheme}`);
  }
  await close();
});

async function fits(page: Page, what: string): Promise<void> {
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 390, what);
  assert.deepEqual(await seriousFaults(page), [], what);
}

async function seriousFaults(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`);
}

test('the browser had nothing to complain of', () => {
  assert.deepEqual(operator.complaints, []);
});
