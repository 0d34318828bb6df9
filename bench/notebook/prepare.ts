import { execFile } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** OpenCV 5 reads no darknet networks, so the newest 4 is the rival. */
const requirement = 'opencv-python-headless<5';
/** pip fetches some 70 MB; a machine without a way out fails much sooner. */
const limitMs = 300_000;

/** Where the rival's Python lives; kept from run to run. */
const folder = join(import.meta.dirname, '..', '..', '.cache', 'notebook');

/**
 * A Python of its own with the newest OpenCV 4 that pip installs. Where that cannot be had, one
 * line starting with "absent" says why, and the bench goes on without the rival.
 */
export async function prepareNotebook(): Promise<{ python: string; opencv: string } | undefined> {
  const python = join(folder, 'bin', 'python');
  const opencv = await version(python);
  if (opencv !== undefined) return { python, opencv };
  try {
    await mkdir(folder, { recursive: true });
    await run('python3', ['-m', 'venv', folder], { timeout: limitMs });
    await run(python, ['-m', 'pip', 'install', '--quiet', requirement], { timeout: limitMs });
  } catch (thrown) {
    console.log(`absent: ${requirement} cannot be installed (${lastLine(thrown)})`);
    return undefined;
  }
  const installed = await version(python);
  if (installed === undefined) console.log(`absent: ${requirement} is installed and does not load`);
  return installed === undefined ? undefined : { python, opencv: installed };
}

async function version(python: string): Promise<string | undefined> {
  try {
    return (await run(python, ['-c', 'import cv2; print(cv2.__version__)'])).stdout.trim();
  } catch {
    return undefined;
  }
}

function lastLine(thrown: unknown): string {
  const { stderr = '', message } = thrown as { stderr?: string; message: string };
  return (stderr.trim() || message).split('\n').at(-1) ?? '';
}
