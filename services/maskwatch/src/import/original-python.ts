import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { messageOf, Problem } from '@maskwatch/platform/problem';
import type { NoOriginal, Original } from './original.ts';
import { channelsLast, type InputPicture, type Reading, scaledPlanes } from './picture-feeds.ts';

/** Where Debian's packages are; another is named with --python. */
const debiansPython = '/usr/bin/python3';
const patience = 300_000;
const run = promisify(execFile);

/** OpenCV's reader of darknet files; `layers` are the convolutions before the yolo layers. */
export async function opencvOriginal({
  python = debiansPython,
  cfg,
  weights,
  layers,
}: {
  python?: string | undefined;
  cfg: string;
  weights: string;
  layers: readonly number[];
}): Promise<Original | NoOriginal> {
  const version = await versionOf(python, 'import cv2; print("OpenCV", cv2.__version__)');
  if (version === undefined) {
    return { cannot: `${python} has no OpenCV (python3-opencv, or --python)` };
  }
  return {
    reader: version,
    run: (pictures, reading) =>
      runScript({
        ...{ python, script: 'opencv_outputs.py', pictures, outputs: layers.length },
        args: [cfg, weights, ...layers.map(String)],
        floats: (picture) => scaledPlanes(picture, reading),
      }),
  };
}

/** Keras itself on a .h5 or .keras file, where --python names one that has it. */
export async function kerasOriginal(
  file: string,
  python: string | undefined,
): Promise<Original | NoOriginal> {
  if (python === undefined) return { cannot: '--python names no Python with Keras' };
  const version = await versionOf(python, 'import keras; print("Keras", keras.__version__)');
  if (version === undefined) return { cannot: `${python} has no Keras` };
  return {
    reader: version,
    run: (pictures, reading) =>
      runScript({
        ...{ python, script: 'keras_outputs.py', pictures, outputs: 1, args: [file] },
        floats: (picture) => channelsLast(scaledPlanes(picture, reading)),
      }),
  };
}

async function versionOf(python: string, program: string): Promise<string | undefined> {
  const answer = await run(python, ['-c', program], { timeout: patience }).catch(() => undefined);
  return answer?.stdout.trim().split('\n').at(-1);
}

interface Script {
  python: string;
  /** Beside this file; it is called with FOLDER COUNT HEIGHT WIDTH and `args`. */
  script: string;
  args: string[];
  pictures: readonly InputPicture[];
  /** How many files it writes a picture: FOLDER/PICTURE-OUTPUT.bin, float32. */
  outputs: number;
  floats: (picture: InputPicture, reading?: Reading) => Float32Array;
}

/** Problem import-original where it fails: the last line of what it said. */
async function runScript(task: Script): Promise<Float32Array[][]> {
  const { python, script, args, pictures, outputs, floats } = task;
  const folder = await mkdtemp(join(tmpdir(), 'maskwatch-original-'));
  try {
    for (const [n, picture] of pictures.entries()) {
      await writeFile(join(folder, `${n}.in`), new Uint8Array(floats(picture).buffer));
    }
    const sizes = pictures.map(({ width, height }) => `${height}x${width}`).join(',');
    const path = fileURLToPath(new URL(script, import.meta.url));
    await run(python, [path, folder, sizes, ...args], { timeout: patience });
    return await Promise.all(
      pictures.map((_, n) =>
        Promise.all(
          Array.from({ length: outputs }, (_, o) => floatsOf(join(folder, `${n}-${o}.bin`))),
        ),
      ),
    );
  } catch (cause) {
    const { stderr } = cause as { stderr?: string };
    const said = (stderr ?? '').trim().split('\n').at(-1) || messageOf(cause);
    throw new Problem('import-original', `it fails there: ${said.slice(0, 200)}`, { cause });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function floatsOf(path: string): Promise<Float32Array> {
  const bytes = await readFile(path);
  return new Float32Array(new Uint8Array(bytes).buffer);
}
