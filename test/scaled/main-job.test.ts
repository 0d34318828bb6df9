/** The main job, unchanged, on services that run apart: started from the compose file as it is. */
import { test } from 'node:test';
import { needsRoot } from './needs-root.ts';

if (needsRoot) {
  test('the main job on services that run apart', { skip: needsRoot });
} else {
  process.env.MASKWATCH_SHAPE = 'scaled';
  await import('../service/main-job.test.ts');
}
