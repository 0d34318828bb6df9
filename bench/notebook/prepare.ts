import { execFile } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

interface Environment {
  /** Below .cache/; kept from run to run. */
  folder: string;
  requirements: readonly string[];
  /** Prints the versions in one line. */
  probe: string;
}

const environments = {
  /** OpenCV 5 reads no darknet networks, so the newest 4 is the rival. */
  opencv: {
    folder: 'notebook',
    requirements: ['opencv-python-headless<5'],
    probe: 'import cv2; print(cv2.__version__)',
  },
  /** SciPy turns and shifts pictures for Keras. */
  keras: {
    folder: 'notebook-training',
    requirements: ['tensorflow-cpu==2.21.0', 'keras==3.15.1', 'opencv-python-headless<5', 'scipy'],
    probe: 'import keras, cv2, scipy; print(keras.__version__, "on OpenCV", cv2.__version__)',
  },
} satisfies Record<string, Environment>;

/** pip fetches up to 600 MB; a machine without a way out fails much sooner. */
const limitMs = 900_000;

/**
 * A Python of the rival's own with the packages that pip installs. Where they cannot be had, one
 * line starting with "absent" says why, and the bench goes on without the rival.
 */
export async function prepareNotebook(
  name: keyof typeof environments,
): Promise<{ python: string; versions: string } | undefined> {
  const { requirements, probe, ...environment } = environments[name];
  const folder = join(import.meta.dirname, '..', '..', '.cache', environment.folder);
  const python = join(folder, 'bin', 'python');
  const found = await answer(python, probe);
  if (found !== undefined) return { python, versions: found };
  try {
    await mkdir(folder, { recursive: true });
    await run('python3', ['-m', 'venv', folder], { timeout: limitMs });
    await run(python, ['-m', 'pip', 'install', '--quiet', ...requirements], { timeout: limitMs });
  } catch (thrown) {
    console.log(`absent: ${requirements.join(' ')} cannot be installed (${lastLine(thrown)})`);
    return undefined;
  }
  const versions = await answer(python, probe);
  if (versions === undefined) console.log(`absent: ${name} is installed and does not load`);
  return versions === undefined ? undefined : { python, versions };
}

async function answer(python: string, probe: string): Promise<string | undefined> {
  try {
    return (await run(python, ['-c', probe])).stdout.trim();
  } catch {
    return undefined;
  }
}

function lastLine(thrown: unknown): string {
  const { stderr = '', message } = thrown as { stderr?: string; message: string };
  return (stderr.trim() || message).split('\n').at(-1) ?? '';
}
