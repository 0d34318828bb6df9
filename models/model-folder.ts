import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Model } from '@maskwatch/contracts/model';

/** Reads the model.json of a model's folder beside this file; a wrong one is a thrown ZodError. */
export function readModel(name: string): Model {
  return Model.parse(JSON.parse(readFileSync(modelPath(name, 'model.json'), 'utf8')));
}

export function writeModel(model: Model): void {
  const json = JSON.stringify(Model.parse(model), undefined, 2);
  // Lists of numbers or words on one line, so that a change of one figure shows as one line.
  const compact = json.replace(/\[\s+([^[\]{}]*?)\s+\]/g, (whole, list: string) => {
    return list.length > 60 && list.includes('"') ? whole : `[${list.replace(/,\s+/g, ', ')}]`;
  });
  writeFileSync(modelPath(model.name, 'model.json'), `${compact}\n`);
}

export function modelPath(name: string, file: string): string {
  return join(import.meta.dirname, name, file);
}
