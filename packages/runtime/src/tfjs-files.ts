import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';

/** Only names of files beside the JSON; a network has one for each 4 MB of weights. */
const Shard = z.string().regex(/^\w[\w.-]{0,199}$/);

const Manifest = z.object({
  weightsManifest: z
    .array(z.object({ paths: z.array(Shard).max(1000), weights: z.array(z.unknown()) }))
    .max(1000),
});

/** A folder of TensorFlow.js: the JSON of a LayersModel or GraphModel, and its weights. */
export interface TfjsFiles {
  /** As parsed; of its contents nothing but the names of the files is known to be sound. */
  json: unknown;
  /** The files of weights one after the other. */
  weights: Uint8Array<ArrayBuffer>;
  /** Of the JSON's bytes followed by the weights. */
  sha256: string;
  /** Of all files. */
  bytes: number;
}

/**
 * The files of weights that the JSON names, in its order. Throws an Error whose sentence tells what
 * is wrong where it is no such JSON, or names a file elsewhere.
 */
export function shardsOf(json: Uint8Array): { parsed: unknown; shards: string[] } {
  const parsed: unknown = JSON.parse(Buffer.from(json).toString('utf8'));
  const manifest = Manifest.safeParse(parsed);
  if (manifest.success) {
    return { parsed, shards: manifest.data.weightsManifest.flatMap(({ paths }) => paths) };
  }
  const [fault] = manifest.error.issues;
  throw new Error(`${fault!.path.join('.')}: ${fault!.message}`);
}

/** The hash that a model.json has of its files, in their order. */
export function hashOfFiles(files: readonly Uint8Array[]): string {
  const hash = createHash('sha256');
  for (const bytes of files) hash.update(bytes);
  return hash.digest('hex');
}

/** Throws an Error whose sentence names the file, where one is missing or the JSON is none. */
export async function readTfjsFiles(path: string): Promise<TfjsFiles> {
  const json = await readFile(path);
  const { parsed, shards } = shardsOf(json);
  const files: Uint8Array[] = [];
  for (const name of shards) files.push(await readFile(join(dirname(path), name)));
  const weights = new Uint8Array(Buffer.concat(files));
  const bytes = json.length + weights.length;
  return { json: parsed, weights, sha256: hashOfFiles([json, weights]), bytes };
}
