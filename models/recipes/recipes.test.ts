import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';

const candidates = [process.env.MASKWATCH_PYTHON, 'python3', '/usr/bin/python3'];
const modules = ['detector.test_network', 'detector.test_training', 'classifier.test_classifier'];

/** The first Python that has what the recipes need; looking at it does not load PyTorch. */
function pythonWithTorch(): string | undefined {
  const look =
    'import importlib.util as u, sys; sys.exit(not all(map(u.find_spec, ("torch", "cv2", "numpy"))))';
  return candidates
    .filter((python) => python !== undefined)
    .find((python) => spawnSync(python, ['-c', look]).status === 0);
}

test('the recipes pass their own tests', { timeout: 120_000 }, (t) => {
  const python = pythonWithTorch();
  if (python === undefined) {
    return t.skip('no Python with torch, cv2 and numpy: models/recipes/detector/README.md');
  }

  const run = spawnSync(python, ['-B', '-W', 'ignore', '-m', 'unittest', ...modules], {
    cwd: import.meta.dirname,
    encoding: 'utf8',
  });

  t.diagnostic(run.stderr.trim().split('\n').slice(-3).join(' '));
  assert.equal(run.status, 0, run.stderr);
});
