import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Finding } from './finding.ts';
import { providers } from './providers.ts';

// The children inherit them: no GPU here, whatever the machine has.
Object.assign(process.env, { VK_ICD_FILENAMES: '/nonexistent', CUDA_VISIBLE_DEVICES: '' });

const detector = 'face-yolov4-mobilenetv2';

test('each provider is tried, and one that is not here is no fault', async () => {
  const found: Finding[] = [];
  for await (const one of providers({ detector, classifier: 'mask-mobilenetv2' })) found.push(one);
  const [cpu, cuda, webgpu] = found;
  assert.match(
    `${cpu!.level} ${cpu!.detail}`,
    /^ok the models compute on it as they should; .* ms$/,
  );
  assert.match(`${cuda!.level} ${cuda!.detail}`, /^note face.* computes on cpu, not on cuda: /);
  assert.match(`${webgpu!.level} ${webgpu!.detail}`, /^note .*not on webgpu: .*No supported adapt/);
});

test('models that cannot be loaded are told in one line a provider', async () => {
  for await (const { about, level, detail } of providers({ detector, classifier: 'absent' })) {
    assert.equal(level, about === 'cpu' ? 'fail' : 'note');
    assert.match(detail, /^it cannot be tried: Problem: There is no model absent/);
  }
});

test('a driver that ends its process ends no more than that', async () => {
  process.env.NODE_OPTIONS = `--import=data:text/javascript,process.kill(process.pid,'SIGKILL')`;
  const found: Finding[] = [];
  for await (const one of providers({ detector, classifier: 'mask-mobilenetv2' })) found.push(one);
  delete process.env.NODE_OPTIONS;
  assert.deepEqual(
    found.map(({ detail }) => detail),
    Array(3).fill('its driver ended the process that tried it (SIGKILL)'),
  );
});
