import { Problem } from '@maskwatch/platform/problem';

const ACTION = 'docs/design/layers.md lists the layers and files that are read.';

/** A fault of a model made of layers; `place` is the layer, or the part of the file. */
export function layerProblem(place: string, what: string, cause?: unknown): Problem {
  return new Problem('layers-model', `${place}: ${what}.`, { action: ACTION, cause, status: 400 });
}

/** How a layer is named in messages: the models that it stands in, its name, its class. */
export function layerPlace(path: readonly string[], className: string): string {
  return `layer "${short(path.join('/'))}" (${short(className)})`;
}

/** At most 100 characters of a text that a file holds, fit for one line. */
export function short(text: string): string {
  const line = text.replace(/[^\x20-\x7e\u00a0-\uffff]/g, '?');
  return line.length > 100 ? `${line.slice(0, 97)}...` : line;
}
