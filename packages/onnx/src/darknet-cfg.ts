import { Problem } from '@maskwatch/platform/problem';

/** One `[section]` of a darknet cfg. Layers count from 0 at the section after `[net]`. */
export interface Section {
  kind: string;
  /** Number of the layer; -1 for `[net]`. */
  layer: number;
  line: number;
  options: Map<string, { text: string; line: number }>;
}

/** Where in the cfg a fault is, as it is told: "layer 3, line 41". */
export function place(section: Section, key?: string): string {
  const line = (key === undefined ? undefined : section.options.get(key)?.line) ?? section.line;
  return section.layer < 0 ? `line ${line}` : `layer ${section.layer}, line ${line}`;
}

export function cfgProblem(where: string, what: string): Problem {
  return new Problem('darknet-cfg', `The cfg cannot be converted: ${where}: ${what}.`, {
    action: 'Correct the line, or train the network without what is named here.',
  });
}

/** The sections of a darknet cfg in order; the first must be `[net]`. Throws a Problem. */
export function parseCfg(text: string): Section[] {
  const sections: Section[] = [];
  for (const [index, raw] of text.split(/\r?\n/).entries()) {
    const line = index + 1;
    const content = raw.replace(/[#;].*$/, '').trim();
    if (content === '') {
      continue;
    }
    const head = /^\[(.+)\]$/.exec(content);
    if (head) {
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

function addOption(section: Section | undefined, content: string, line: number): void {
  const equals = content.indexOf('=');
  if (section === undefined || equals < 1) {
    throw cfgProblem(`line ${line}`, `"${content}" is neither a [section] nor key=value`);
  }
  const key = content.slice(0, equals).trim();
  if (section.options.has(key)) {
    throw cfgProblem(`line ${line}`, `${key} stands twice in one section`);
  }
  section.options.set(key, { text: content.slice(equals + 1).trim(), line });
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
  const number = '[-+]?(\\d+\\.?\\d*|\\.\\d+)(e[-+]?\\d+)?';
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
  if (!form.test(option.text)) {
    throw cfgProblem(place(section, key), `${key}=${option.text} cannot be read`);
  }
  return option.text
    .split(',')
    .filter((part) => part.trim() !== '')
    .map(Number);
}

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
  return value;
}
