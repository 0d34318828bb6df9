/** The page of one of two hubs, as the commands start them. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Status } from '@maskwatch/contracts/http';
import { until } from '@maskwatch/platform/testing/until';
import type { Browser } from 'playwright-core';
import { type TwoHubs, twoHubs } from '../sockets/two-hubs.ts';
import { buildPage } from './build-page.ts';
import { openPage, startBrowser } from './open-page.ts';

const main = join(import.meta.dirname, '../../services/maskwatch/src/main.ts');
let service: TwoHubs;
let worker: ChildProcess;
let browser: Browser;
/** Of the hub that stands by. */
let url: string;

const status = async () => {
  const answer = await fetch(`${url}/api/v1/status`);
  return (await answer.json()) as Status;
};

before(async () => {
  buildPage();
  [service, browser] = await Promise.all([twoHubs({ cameras: 3, mostViewers: 1 }), startBrowser()]);
  url = service.hubs[1]!.url;
  const { configFile, redisUrl } = service;
  const at = ['--config', configFile, '--redis', redisUrl, '--status-port', '0'];
  worker = spawn(
    process.execPath,
    [main, 'inference', ...at, '--threads', '1', '--provider', 'cuda'],
    { stdio: 'ignore' },
  );
  await until('all are there', async () => {
    const { scaled } = await status();
    return scaled?.hubs.length === 2 && scaled.workers.length === 1 && scaled.ingests.length === 1;
  });
});
after(async () => {
  await browser?.close();
  worker?.kill('SIGTERM');
  if (worker !== undefined && worker.exitCode === null) await once(worker, 'exit');
  await service?.close();
});

test('the status page names hubs, ingests with their cameras, and why a worker falls back', async () => {
  const { page, complaints, close } = await openPage(browser);
  await page.goto(`${url}/status`);
  const services = page.getByRole('region', { name: 'Services' });
  const row = (text: string) => services.getByRole('row').filter({ hasText: text });
  await row('active').waitFor();
  await row('shows this page').getByText('stands by').waitFor();
  await row('3 cameras: camera-1, camera-2, camera-3').waitFor();
  const { scaled } = await status();
  const [worker] = scaled!.workers;
  await page.getByText(worker!.detector!.sha256.slice(0, 12)).waitFor();
  // With CUDA there is nothing to fall back from.
  if (worker!.fallback !== undefined) {
    await row(worker!.id).getByText(`falls back to ${worker!.provider}`).waitFor();
    await row(worker!.id).getByText(worker!.fallback).waitFor();
  }
  assert.equal(await page.getByRole('heading', { name: 'Vision' }).count(), 0);
  assert.deepEqual(complaints, []);
  await close();
});

test('a page for which there is no place says so, and comes in when one is free', async () => {
  const first = await openPage(browser);
  await first.page.goto(url);
  await first.page.locator('[data-link="connected"]').waitFor();
  const second = await openPage(browser);
  await second.page.goto(url);

  await second.page.getByText('serves 1 viewers already').first().waitFor();
  await second.page.getByText('access.viewers').waitFor();
  await first.close();
  await second.page.locator('[data-link="connected"]').waitFor();
  await second.page.getByText('serves 1 viewers already').first().waitFor({ state: 'detached' });
  await second.close();
});
