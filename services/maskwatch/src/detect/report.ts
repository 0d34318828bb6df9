import type { DetectedFace, DetectLine } from '@maskwatch/contracts/detection';
import { likeliest, type MaskState } from '@maskwatch/contracts/mask-state';

/** What the service would say of a face: its label where believed, else unknown, with its share. */
export function stateOf(face: DetectedFace): { state: MaskState; words: string } {
  const best = likeliest(face.probabilities);
  const state = face.judged && face.label !== 'face' ? face.label : 'unknown';
  const share = best === undefined ? '' : ` ${Math.round(100 * best.probability)}%`;
  const word = state === 'unknown' && best !== undefined ? `${best.state}?` : state;
  return { state, words: `${word.replace('_', ' ')}${share}` };
}

/** One line of --json. Two decimals of a pixel and five of a share lose nothing that is known. */
export function jsonLine(line: DetectLine): string {
  const faces = line.faces.map((face) => ({
    box: face.box.map((value) => rounded(value, 100)),
    confidence: rounded(face.confidence, 100_000),
    label: face.label,
    judged: face.judged,
    probabilities: Object.fromEntries(
      Object.entries(face.probabilities).map(([state, share]) => [state, rounded(share, 100_000)]),
    ),
  }));
  return JSON.stringify({ ...line, faces });
}

/** A picture and its faces as rows of a table for people. */
export function tableRows({ file, frame, timeMs, width, height, faces }: DetectLine): string {
  const time = timeMs === undefined ? '' : `  frame ${frame} at ${(timeMs / 1000).toFixed(2)} s`;
  const rows = faces.map((face) => {
    const [x, y, w, h] = face.box.map(Math.round);
    const place = `${w}x${h} at ${x},${y}`;
    return `  ${stateOf(face).words.padEnd(16)}found ${face.confidence.toFixed(2)}   ${place}`;
  });
  return [`${file}  ${width}x${height}${time}  ${count(faces.length, 'face')}`, ...rows].join('\n');
}

/** Counts for the last lines. */
export class Tally {
  #pictures = 0;
  #frames = 0;
  readonly #states = new Map<MaskState, number>();

  add({ faces, frame }: DetectLine): void {
    if (frame === undefined) this.#pictures += 1;
    else this.#frames += 1;
    for (const face of faces) {
      const { state } = stateOf(face);
      this.#states.set(state, (this.#states.get(state) ?? 0) + 1);
    }
  }

  get text(): string {
    const total = [...this.#states.values()].reduce((a, b) => a + b, 0);
    const order: MaskState[] = ['mask', 'no_mask', 'incorrect', 'unknown'];
    const states = order
      .filter((state) => this.#states.has(state))
      .map((state) => `${this.#states.get(state)} ${state.replace('_', ' ')}`);
    const list = states.length > 0 ? ` (${states.join(', ')})` : '';
    const seen = [count(this.#pictures, 'picture'), count(this.#frames, 'frame')]
      .filter((text) => !text.startsWith('0 '))
      .join(' and ');
    return `${count(total, 'face')}${list} on ${seen || 'no picture'}`;
  }
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

/** To that part of one; undefined stays so. */
export function rounded<Value extends number | undefined>(value: Value, parts: number): Value {
  return (value === undefined ? value : Math.round(value * parts) / parts) as Value;
}
