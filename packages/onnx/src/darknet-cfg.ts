import { Problem } from '@maskwatch/platform/problem';

/** One `[section]` of a darknet cfg. Layers count from 0 at the section after `[net]`. */
export interface Section {
  kind: string;
  /** Number of the layer; -1 for `[net]`. */
  layer: number;
  line: number;
  options: Map<string, { text: string; line: number }>;
}

/** Bounds of a cfg: the largest of the YOLOv4 family has 13 KB, 1,200 lines and 162 layers. */
const most = { characters: 1_000_000, lines: 50_000, line: 4000, layers: 2000 } as const;
/** No whole number of a network is larger; what is would only overflow later. */
const largest = 1e10;

/** What a conversion reads of [net]; the rest steers the training and often stands there twice. */
const INPUT_KEYS: ReadonlySet<string> = new Set(['width', 'height', 'channels']);

/** Where in the cfg a fault is, as it is told: "layer 3, line 41". */
export function place(section: Section, key?: string): string {
  const line = (key === undefined ? undefined : section.options.get(key)?.line) ?? section.line;
  return section.layer < 0 ? `line ${line}` : `layer ${section.layer}, line ${line}`;
}

export function cfgProblem(where: string, what: string): Problem {
  return new Problem('darknet-cfg', `The cfg cannot be converted: ${where}: ${what}.`, {
    action: 'Correct the line, or train the network without what is named here.',
    status: 422,
  });
}

/** The sections of a darknet cfg in order; the first must be `[net]`. Throws a Problem. */
export function parseCfg(text: string): Section[] {
  const sections: Section[] = [];
  for (const [index, raw] of linesOf(text).entries()) {
    const line = index + 1;
    if (raw.length > most.line) throw cfgProblem(`line ${line}`, `it has ${raw.length} characters`);
    const content = raw.replace(/[#;].*$/, '').trim();
    if (content === '') {
      continue;
    }
    const head = /^\[(.+)\]$/.exec(content);
    if (head) {
      if (sections.length > most.layers) {
        throw cfgProblem(`line ${line}`, `more than ${most.layers} layers are not read`);
      }
      sections.push({ kind: head[1]!, layer: sections.length - 1, line, options: new Map() });
    } else {
      addOption(sections.at(-1), content, line);
    }
  }
  if (sections[0]?.kind !== 'net' && sections[0]?.kind !== 'network') {
    throw cfgProblem('line 1', 'a darknet cfg starts with the section [net]');
  }
  return sections;
}

function linesOf(text: string): string[] {
  const lines = text.length <= most.characters ? text.split(/\r?\n/) : undefined;
  if (lines !== undefined && lines.length <= most.lines) return lines;
  const what = `a cfg has at most ${most.characters} characters and ${most.lines} lines`;
  throw cfgProblem('the whole', what);
}

function addOption(section: Section | undefined, content: string, line: number): void {
  const equals = content.indexOf('=');
  if (section === undefined || equals < 1) {
    throw cfgProblem(
      `line ${line}`,
      `"${content.slice(0, 80)}" is neither a [section] nor key=value`,
    );
  }
  const key = content.slice(0, equals).trim();
  const text = content.slice(equals + 1).trim();
  const first = section.options.get(key);
  if (first !== undefined && first.text !== text && (section.layer >= 0 || INPUT_KEYS.has(key))) {
    throw cfgProblem(`line ${line}`, `${key} stands twice in one section`);
  }
  // Darknet takes the first, too.
  if (first === undefined) section.options.set(key, { text, line });
}

/** Refuses each key that is not known, because it could change what the network computes. */
export function refuseUnknownKeys(section: Section, known: readonly string[]): void {
  for (const key of section.options.keys()) {
    if (!known.includes(key)) {
      throw cfgProblem(place(section, key), `[${section.kind}] with ${key} is not known`);
    }
  }
}

/** A whole number, or the fallback when the key is absent; without fallback it must be there. */
export function wholeNumber(section: Section, key: string, fallback?: number): number {
  return listOf(section, key, /^-?\d+$/, fallback)[0]!;
}

/** Whole numbers separated by commas. */
export function wholeNumbers(section: Section, key: string): number[] {
  return listOf(section, key, /^-?\d+(\s*,\s*-?\d+)*,?$/);
}

/** Numbers separated by commas. */
export function numbers(section: Section, key: string, fallback?: number): number[] {
  // Each number in one way only: else a fault at the end of a long list is sought for hours.
  const number = '[-+]?(?:\\d+(?:\\.\\d*)?|\\.\\d+)(?:e[-+]?\\d+)?';
  return listOf(section, key, new RegExp(`^${number}(\\s*,\\s*${number})*,?$`, 'i'), fallback);
}

function listOf(section: Section, key: string, form: RegExp, fallback?: number): number[] {
  const option = section.options.get(key);
  if (option === undefined) {
    if (fallback === undefined) {
      throw cfgProblem(place(section), `[${section.kind}] needs ${key}`);
    }
    return [fallback];
  }
  const values = option.text
    .split(',')
    .filter((part) => part.trim() !== '')
    .map(Number);
  if (!form.test(option.text) || values.some((value) => !(Math.abs(value) <= largest))) {
    throw cfgProblem(place(section, key), `${key}=${option.text.slice(0, 80)} cannot be read`);
  }
  return values;
}

/** The most that each key may say: what is larger is no network, and would fill all memory. */
const limits: Readonly<Record<string, number>> = {
  channels: 64,
  filters: 65_536,
  size: 256,
  stride: 64,
  padding: 256,
  groups: 65_536,
  classes: 10_000,
};

/** A size, stride or count: a whole number from 1 up. */
export function positive(section: Section, key: string, fallback?: number): number {
  return bounded({ section, key, least: 1, fallback });
}

/** A whole number from 0 up. */
export function fromZero(section: Section, key: string, fallback?: number): number {
  return bounded({ section, key, least: 0, fallback });
}

function bounded(ask: {
  section: Section;
  key: string;
  least: number;
  fallback: number | undefined;
}): number {
  const { section, key, least } = ask;
  const value = wholeNumber(section, key, ask.fallback);
  if (value < least) {
    throw cfgProblem(place(section, key), `${key}=${value} must be at least ${least}`);
  }
  const limit = limits[key] ?? largest;
  if (value > limit) {
    throw cfgProblem(place(section, key), `${key}=${value} must be at most ${limit}`);
  }
  return value;
}
