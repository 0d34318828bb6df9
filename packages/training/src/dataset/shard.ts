import { basename, join } from 'node:path';
import { faceSize } from '@maskwatch/contracts/box';
import { JudgedState } from '@maskwatch/contracts/mask-state';
import { messageOf, Problem } from '@maskwatch/platform/problem';
import { z } from 'zod';
import { mostFaces, smallestLabel } from './boxed-labels.ts';
import type { DataPicture, DataSet, LabelledFace } from './dataset.ts';
import { readBounded } from './folder-files.ts';
import { tarIndex, tarMember } from './tar-archive.ts';

const longestLabels = 256 * 1024 * 1024;
export const labelsFile = 'labels.jsonl';

const Face = z.object({
  box: z.tuple([z.number(), z.number(), z.number(), z.number()]),
  label: z.union([JudgedState, z.literal('face')]),
  /** Found by a detector and by nobody else. */
  auto: z.boolean().optional(),
  ignore: z.boolean().optional(),
});

const Record = z.object({
  file: z.string().min(1),
  source: z.string().optional(),
  label: JudgedState.optional(),
  faces: z.array(Face).max(mostFaces).optional(),
  fold: z.number().int().optional(),
  partial: z.boolean().optional(),
});

/** What a shard's files are read with. */
interface Files {
  name: string;
  read(file: string): Promise<Uint8Array> | undefined;
}

/** Tars with pictures and labels.jsonl each, in the order given. */
export async function readShards(paths: readonly string[]): Promise<DataSet> {
  const set: DataSet = { form: 'shard', pictures: [], skipped: [] };
  for (const path of paths) {
    const index = await tarIndex(path);
    await addShard(set, {
      name: basename(path),
      read: (file) => {
        const member = index.get(file);
        return member === undefined ? undefined : tarMember(path, member);
      },
    });
  }
  return set;
}

/** A folder with labels.jsonl and the pictures that `known` lists, by their paths below it. */
export async function readShardFolder(folder: string, known: readonly string[]): Promise<DataSet> {
  const set: DataSet = { form: 'shard', pictures: [], skipped: [] };
  const files = new Set([...known, labelsFile]);
  const most = (file: string) => (file === labelsFile ? longestLabels : undefined);
  await addShard(set, {
    name: basename(folder),
    read: (file) => (files.has(file) ? readBounded(join(folder, file), most(file)) : undefined),
  });
  return set;
}

async function addShard(set: DataSet, files: Files): Promise<void> {
  const labels = await files.read(labelsFile);
  if (labels === undefined) {
    throw new Problem('data-form', `${files.name} has no ${labelsFile}.`, {
      action: `A shard holds pictures and ${labelsFile}, one record a line.`,
      status: 400,
    });
  }
  const lines = new TextDecoder().decode(labels).split('\n');
  for (const [n, line] of lines.entries()) {
    if (line.trim() === '') continue;
    try {
      set.pictures.push(pictureOf(line, files));
    } catch (thrown) {
      set.skipped.push({ file: `${files.name}, line ${n + 1}`, reason: messageOf(thrown) });
    }
  }
}

function pictureOf(line: string, files: Files): DataPicture {
  const parsed = Record.safeParse(JSON.parse(line));
  if (!parsed.success) {
    const [first] = parsed.error.issues;
    throw new Error(`${first!.path.join('.') || 'the record'}: ${first!.message}`);
  }
  const { file, source, label, faces, fold, partial } = parsed.data;
  if (label === undefined && faces === undefined) {
    throw new Error(`${file} has neither label nor faces`);
  }
  return {
    file,
    source: source ?? files.name,
    ...(label !== undefined && { label }),
    ...(faces !== undefined && { faces: faces.map(faceOf) }),
    ...(fold !== undefined && { fold }),
    ...(partial === true && { partial }),
    async bytes() {
      const bytes = files.read(file);
      if (bytes === undefined)
        throw new Problem('picture-unreadable', `${files.name} has no ${file}`);
      return await bytes;
    },
  };
}

function faceOf({ box, label, auto, ignore }: z.infer<typeof Face>): LabelledFace {
  const ignored = auto === true || ignore === true || faceSize(box) < smallestLabel;
  return { box, label, ...(ignored && { ignore: true }) };
}
