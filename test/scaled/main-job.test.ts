/** The main job, unchanged, on services that run apart: started from the compose file as it is. */
import { test } from 'node:test';

if (process.getuid?.() === 0) {
  process.env.MASKWATCH_SHAPE = 'scaled';
  await import('../service/main-job.test.ts');
} else {
  test('the main job on services that run apart', { skip: 'network namespaces need root' });
}
