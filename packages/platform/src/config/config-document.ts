import { isMap, isPair, isScalar, isSeq, LineCounter, parseDocument } from 'yaml';
import { messageOf } from '../problem.ts';

export type Path = readonly (string | number)[];

/** One thing that is wrong with a config, where it stands. */
export interface Fault {
  path: Path;
  line: number;
  message: string;
}

/** One slip in the syntax makes the parser stumble over the rest: the first few tell it all. */
const mostSyntaxFaults = 3;

/** "cameras[0].privacyMasks[1]" */
export function pathText(path: Path): string {
  return path
    .map((part, index) => (typeof part === 'number' ? `[${part}]` : index > 0 ? `.${part}` : part))
    .join('');
}

/** A config as it was written: its tree, and the line of everything in it. */
export class ConfigDocument {
  readonly faults: Fault[];
  readonly tree: unknown;
  readonly #document;
  readonly #lines = new LineCounter();

  constructor(text: string) {
    this.#document = parseDocument(text, { lineCounter: this.#lines, prettyErrors: false });
    this.faults = this.#document.errors.slice(0, mostSyntaxFaults).map(({ message, pos }) => ({
      path: [],
      line: this.#lines.linePos(pos[0]).line,
      message: message.replace(/\s+/g, ' '),
    }));
    this.tree = this.faults.length > 0 ? {} : this.#plain();
  }

  /** An empty file is a config of defaults; aliases are bounded, so that a file cannot explode. */
  #plain(): unknown {
    try {
      return this.#document.toJS({ maxAliasCount: 100 }) ?? {};
    } catch (thrown) {
      this.faults.push({ path: [], line: 1, message: messageOf(thrown) });
      return {};
    }
  }

  /** Of the key or item at `path`; of its nearest parent where it is absent. */
  lineOf(path: Path): number {
    let node: unknown = this.#document.contents;
    let line = 1;
    for (const part of path) {
      const next = isMap(node)
        ? node.items.find((pair) => isScalar(pair.key) && String(pair.key.value) === String(part))
        : isSeq(node)
          ? node.items[Number(part)]
          : undefined;
      if (next === undefined) break;
      const place = isPair(next) ? next.key : next;
      const range = (place as { range?: [number, number, number] } | null)?.range;
      if (range) line = this.#lines.linePos(range[0]).line;
      node = isPair(next) ? next.value : next;
    }
    return line;
  }
}
