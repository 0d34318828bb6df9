// Runs a network that nobody has run here before. It may take all memory, hang or crash: its parent
// (run-trial.ts) watches it and ends it.
import { rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { messageOf, Problem } from '@maskwatch/platform/problem';
import { openRawSession, type RawSession } from '@maskwatch/runtime/raw-session';
import type { TrialAnswer, TrialRequest } from './trial-messages.ts';

/** All heads of a full YOLOv4 at 2,048 pixels have 150 MB with 80 classes. */
const mostOutputBytes = 256 * 1024 ** 2;

let session: RawSession | undefined;
let folder: string | undefined;

async function answer(request: TrialRequest): Promise<TrialAnswer> {
  if ('open' in request) {
    folder = dirname(request.open);
    if (!request.open.endsWith('.json')) {
      session = await openRawSession(request.open);
      return { opened: {} };
    }
    // Slow to load, and seldom needed.
    const { openRawTfjs } = await import('@maskwatch/runtime/raw-tfjs');
    const tfjs = await openRawTfjs(request.open);
    session = tfjs;
    return { opened: { inputShape: tfjs.inputShape } };
  }
  if (session === undefined) throw new Error('no network is open');
  const outputs = await session.run(request.run);
  const bytes = Object.values(outputs).reduce((sum, { data }) => sum + data.byteLength, 0);
  if (bytes > mostOutputBytes) throw new Error(`its outputs have ${bytes} bytes`);
  return { outputs };
}

process.on('message', (request: TrialRequest) => {
  answer(request)
    .catch((thrown: unknown): TrialAnswer => {
      const action = thrown instanceof Problem ? thrown.action : undefined;
      return { problem: messageOf(thrown), ...(action === undefined ? {} : { action }) };
    })
    .then((reply) => process.send?.(reply));
});
process.on('disconnect', () => {
  // The parent is gone, perhaps by Ctrl-C: nobody else removes its copy of the network.
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  process.exit(0);
});
