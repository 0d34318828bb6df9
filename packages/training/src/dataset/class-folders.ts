import { join } from 'node:path';
import { Problem } from '@maskwatch/platform/problem';
import { type ClassNames, meaningOf, stateOf, unknownClasses } from './class-names.ts';
import type { DataSet } from './dataset.ts';
import { type FolderFiles, readBounded } from './folder-files.ts';

/** Every class of a folder per class, with the pictures below it. */
export function classFolders(
  { pictures }: FolderFiles,
  names: ClassNames = {},
): Map<string, string[]> {
  const classes = new Map<string, string[]>();
  for (const path of pictures) {
    const folders = path.split('/').slice(0, -1);
    if (folders.length === 0) continue;
    const name = classAmong(folders, names);
    const own = classes.get(name);
    if (own === undefined) classes.set(name, [path]);
    else own.push(path);
  }
  return classes;
}

/** The first folder on the way that means something: train/with_mask is with_mask. */
function classAmong(folders: readonly string[], names: ClassNames): string {
  return folders.find((folder) => meaningOf(folder, names) !== undefined) ?? folders[0]!;
}

/**
 * Pictures in a folder per class. Problems: names-unknown where a folder's name says nothing,
 * data-form where one means `face`.
 */
export function readClassFolders(files: FolderFiles, names: ClassNames = {}): DataSet {
  const classes = classFolders(files, names);
  const unknown = [...classes.keys()].filter((name) => meaningOf(name, names) === undefined);
  if (unknown.length > 0) throw unknownClasses(unknown, `folders of ${files.folder}`);
  const set: DataSet = { form: 'folders', pictures: [], skipped: [] };
  for (const [name, paths] of classes) {
    const meaning = meaningOf(name, names);
    const label = stateOf(meaning);
    if (meaning === 'face') throw noState(name);
    if (label === undefined) continue;
    for (const file of paths) {
      const bytes = () => readBounded(join(files.folder, file));
      set.pictures.push({ file, source: name, label, bytes });
    }
  }
  for (const file of files.pictures.filter((path) => !path.includes('/'))) {
    set.skipped.push({ file, reason: 'it lies in no folder of a class' });
  }
  return set;
}

function noState(name: string): Problem {
  return new Problem('data-form', `The pictures in ${name} have no mask state to learn.`, {
    action: `Leave them out: --names ${name}=ignore`,
    status: 400,
  });
}
