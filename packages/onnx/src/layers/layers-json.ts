import { layerProblem, short } from './layer-problem.ts';

const MOST_BYTES = 16 * 2 ** 20;
const MOST_DEPTH = 200;

/** Parses the JSON of a model: at most 16 MB, nested at most 200 deep. `place` is for messages. */
export function parseLayersJson(json: Uint8Array | string, place: string): unknown {
  if (json.length > MOST_BYTES) throw layerProblem(place, 'is larger than 16 MB');
  const text = typeof json === 'string' ? json : decoded(json, place);
  refuseDeep(text, place);
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw layerProblem(place, `is no JSON (${short((cause as Error).message)})`, cause);
  }
}

function decoded(bytes: Uint8Array, place: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw layerProblem(place, 'is no text', cause);
  }
}

/** Counts brackets outside of strings, so that no parser or walker goes deep before it is known. */
function refuseDeep(text: string, place: string): void {
  let depth = 0;
  let quoted = false;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (quoted) {
      if (code === 0x5c) i++;
      else if (code === 0x22) quoted = false;
    } else if (code === 0x22) quoted = true;
    else if (code === 0x7b || code === 0x5b) {
      depth += 1;
      if (depth > MOST_DEPTH) throw layerProblem(place, 'is nested more than 200 deep');
    } else if (code === 0x7d || code === 0x5d) depth -= 1;
  }
}
