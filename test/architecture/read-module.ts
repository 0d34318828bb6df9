import { parseSync } from 'vite';

export interface Mention {
  name: string;
  line: number;
}

export interface ModuleReading {
  /** Every specifier: import, export from, import(), import types, require. */
  imports: Mention[];
  /** Names that are read as values, wherever they come from; keys of objects are none. */
  names: Mention[];
}

type Node = Record<string, unknown> & { type: string; start: number };

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value;
}

/** Children that only look like a read name: a.KEY, { KEY: 1 }, the name of a type. */
function isKey(parent: Node, field: string): boolean {
  if (field === 'property' || field === 'key') return parent.computed !== true;
  return field === 'typeName' || field === 'imported' || field === 'exprName';
}

function specifierOf(node: Node): unknown {
  if (node.type === 'CallExpression' && isNode(node.callee) && node.callee.name === 'require') {
    return (node.arguments as unknown[])[0];
  }
  return /^(Import|Export|TSImportType|TSExternalModuleReference)/.test(node.type)
    ? (node.source ?? node.expression)
    : undefined;
}

/** Parses one source; a file that does not parse throws with the parser's message. */
export function readModule(path: string, text: string): ModuleReading {
  const { program, errors } = parseSync(path, text);
  if (errors.length > 0) throw new Error(`${path}: ${errors[0]?.message}`);
  const reading: ModuleReading = { imports: [], names: [] };
  const lineAt = (offset: number) => text.slice(0, offset).split('\n').length;

  const visit = (node: Node): void => {
    const specifier = specifierOf(node);
    if (isNode(specifier) && typeof specifier.value === 'string') {
      reading.imports.push({ name: specifier.value, line: lineAt(node.start) });
    }
    for (const [field, value] of Object.entries(node)) {
      for (const child of Array.isArray(value) ? value : [value]) {
        if (!isNode(child)) continue;
        if (child.type === 'Identifier' && typeof child.name === 'string' && !isKey(node, field)) {
          reading.names.push({ name: child.name, line: lineAt(child.start) });
        }
        visit(child);
      }
    }
  };
  visit(program as unknown as Node);
  return reading;
}
