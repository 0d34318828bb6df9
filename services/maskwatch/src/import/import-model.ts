import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Problem } from '@maskwatch/platform/problem';
import { type NetworkFile, writeModelFolder } from '@maskwatch/runtime/model-folder';
import { placeOfModel } from '@maskwatch/runtime/registry';
import { importDarknet } from './import-darknet.ts';
import { importKeras, importTfjs } from './import-layers.ts';
import { importOnnx } from './import-onnx.ts';
import type { ImportOptions } from './import-options.ts';
import { importTfjsAsItIs } from './import-tfjs.ts';
import { filesOf, type Imported } from './imported.ts';
import { modelCard } from './model-card.ts';
import { openTrial } from './run-trial.ts';
import { type SelfTest, selfTest } from './self-test.ts';
import { mostTextBytes, mostWeightBytes, readSource } from './sources.ts';
import { testPictures } from './test-pictures.ts';

export interface ImportResult {
  folder: string;
  imported: Imported;
  test: SelfTest;
}

/**
 * Reads the files of a network, tries it in a process of its own and writes its model folder; the
 * folder appears only when all went well. Problems name what is wrong with which file.
 */
export async function importModel(
  files: readonly string[],
  out: string,
  options: ImportOptions,
): Promise<ImportResult> {
  const { name, folder } = await placeOf(out);
  const imported = await read(files, { name, options });
  try {
    const files = filesOf(imported.network, name);
    const test = await tryOut(imported, { files, pictures: options.pictures });
    if (test.largestDifference !== undefined) {
      imported.model.measured = {
        imported: `${test.pictures}, beside ${test.reader}`,
        largestDifference: Number(test.largestDifference.toPrecision(3)),
      };
    }
    const card = modelCard(imported, test);
    await writeModelFolder({ folder, model: imported.model, files, card }).catch(async (thrown) => {
      // It was not there before, or empty.
      await rm(folder, { recursive: true, force: true });
      throw thrown;
    });
    return { folder, imported, test };
  } finally {
    if ('close' in imported.original) await imported.original.close?.();
  }
}

async function tryOut(
  imported: Imported,
  { files, pictures }: { files: readonly NetworkFile[]; pictures: string | undefined },
): Promise<SelfTest> {
  const { model } = imported;
  const fit =
    model.task === 'classifier'
      ? ({ task: 'classifier', size: model.input.size, shape: model.crop.shape } as const)
      : ({ task: 'detector', multiple: 32, square: false, ...model.input } as const);
  const trial = await openTrial(files);
  try {
    return await selfTest(imported, trial, await testPictures(fit, pictures));
  } finally {
    await trial.close();
  }
}

/** What a network is stored in, by the names of its files. */
async function read(
  files: readonly string[],
  asked: { name: string; options: ImportOptions },
): Promise<Imported> {
  const [first = '', second, ...more] = files;
  const asItIs = asked.options.runtime === 'tfjs';
  if (asItIs && (second !== undefined || /\.(cfg|weights|onnx|h5|hdf5|keras)$/.test(first))) {
    throw onlyTfjs(files.join(' '));
  }
  if (more.length > 0) throw unknownFiles(`${files.length} files`);
  if (second !== undefined) {
    const pair = [first, second].sort(
      (a, b) => Number(b.endsWith('.cfg')) - Number(a.endsWith('.cfg')),
    );
    if (!pair[0]!.endsWith('.cfg')) throw unknownFiles(`${first} and ${second}`);
    const cfg = await readSource(pair[0]!, mostTextBytes);
    return importDarknet([cfg, await readSource(pair[1]!, mostWeightBytes)], asked);
  }
  if (first.endsWith('.cfg') || first.endsWith('.weights')) throw unknownFiles(`${first} alone`);
  if (first.endsWith('.onnx')) {
    return importOnnx({ ...asked, source: await readSource(first, mostWeightBytes) });
  }
  if (/\.(h5|hdf5|keras)$/.test(first)) {
    return importKeras(await readSource(first, mostWeightBytes), asked);
  }
  const isFolder = await stat(first).then(
    (found) => found.isDirectory(),
    () => false,
  );
  const json = isFolder ? join(first, 'model.json') : first;
  if (!json.endsWith('.json')) throw unknownFiles(first);
  const source = await readSource(json, mostTextBytes);
  return asItIs ? importTfjsAsItIs(source, asked) : importTfjs(source, asked);
}

/** A new model takes the place of none. */
async function placeOf(out: string): Promise<{ name: string; folder: string }> {
  const place = placeOfModel(out);
  if (!/^[\w][\w.-]{0,99}$/.test(place.name)) {
    throw new Problem('import-out', `${place.name} is no name of a model.`, {
      action: 'Use letters, digits, "-", "_" and ".".',
      status: 400,
    });
  }
  const there = await readdir(place.folder).catch(() => []);
  if (there.length === 0) return place;
  throw new Problem('import-out', `${place.folder} is there already and is not empty.`, {
    action: 'Choose another --out, or remove the folder.',
    status: 400,
  });
}

function onlyTfjs(what: string): Problem {
  return new Problem('import-runtime', `TensorFlow.js does not run ${what}.`, {
    action: '--runtime tfjs is for a folder of TensorFlow.js; leave it out.',
    status: 400,
  });
}

function unknownFiles(what: string): Problem {
  return new Problem('import-files', `It is not known how to import ${what}.`, {
    action:
      'Give NET.cfg NET.weights (darknet), FILE.onnx, FILE.h5 or FILE.keras (Keras), or a folder with the model.json of a TensorFlow.js LayersModel.',
    status: 400,
  });
}
