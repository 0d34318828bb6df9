import { basename, join } from 'node:path';
import { type FolderFiles, readText } from './folder-files.ts';

const longestFile = 1024 * 1024;
const lists = ['classes.txt', 'obj.names', 'names.txt', '_darknet.labels', 'labels.names'];

/** Files that say what the numbers of YOLO's labels are, and are no labels themselves. */
export function namesFiles({ others }: FolderFiles): string[] {
  const isNames = (file: string) => {
    return lists.includes(basename(file)) || /\.(names|ya?ml)$/.test(file);
  };
  return others.filter(isNames);
}

/** Names of the classes by number; empty where no file says them. */
export async function yoloNames(files: FolderFiles): Promise<string[]> {
  for (const file of namesFiles(files)) {
    const text = await readText(join(files.folder, file), longestFile);
    const names = /\.ya?ml$/.test(file) ? namesOfYaml(text) : linesOf(text);
    if (names.length > 0) return names;
  }
  return [];
}

function linesOf(text: string): string[] {
  return text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

const unquoted = (word: string) => word.trim().replace(/^(["'])(.*)\1$/, '$2');

/**
 * `names` of a data.yaml: a list in brackets (over several lines too), a list of lines with a dash, or
 * lines of NUMBER: NAME. The rest of the file is read over.
 */
export function namesOfYaml(text: string): string[] {
  const plain = text.replace(/(^|\s)#.*$/gm, '');
  const inBrackets = /^names:\s*\[([^\]]*)\]/m.exec(plain)?.[1];
  if (inBrackets !== undefined) {
    const words = inBrackets.match(/"[^"]*"|'[^']*'|[^,]+/g) ?? [];
    return words.map(unquoted).filter((word) => word !== '');
  }
  const block = /^names:[ \t]*\r?\n((?:[ \t]*(?:-|\d+[ \t]*:)[^\n]*(?:\r?\n|$))+)/m.exec(
    plain,
  )?.[1];
  const names: string[] = [];
  for (const line of linesOf(block ?? '')) {
    const [, number, name] = /^(?:-|(\d{1,4})\s*:)\s*(.+)$/.exec(line) ?? [];
    if (name !== undefined)
      names[number === undefined ? names.length : Number(number)] = unquoted(name);
  }
  return Array.from(names, (name) => name ?? '');
}
