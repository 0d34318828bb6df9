/** An element with text or further elements in it; attributes are read over. */
export interface XmlElement {
  name: string;
  children: XmlElement[];
  /** Of the element itself, entities resolved, blanks round it cut off. */
  text: string;
}

const deepest = 32;
const mostElements = 100_000;
const entities: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };
/** Attributes in quotes may hold a `>`. */
const token =
  /<!--[\s\S]*?-->|<\?[\s\S]*?\?>|<!\[CDATA\[([\s\S]*?)\]\]>|<(\/?)([A-Za-z_][\w.:-]*)((?:\s+[\w.:-]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(\/?)>|([^<]+)/y;

/**
 * The root of a small XML document, as annotation tools write them. Strict and bounded: no DOCTYPE, no
 * entities but the five of XML and numbers, 32 levels, 100,000 elements. Throws with the line of the
 * first fault.
 */
export function readXml(text: string): XmlElement {
  const document: XmlElement = { name: '', children: [], text: '' };
  const open = [document];
  let count = 0;
  token.lastIndex = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  while (token.lastIndex < text.length) {
    const at = token.lastIndex;
    const found = token.exec(text);
    if (found === null) throw fault(text, at, 'this is no XML');
    const [, cdata, closes, name, , empty, plain] = found;
    const inner = open.at(-1)!;
    if (plain !== undefined || cdata !== undefined) {
      inner.text += cdata ?? resolved(plain!, () => fault(text, at, 'an unknown entity'));
    } else if (name !== undefined && closes === '/') {
      if (open.length < 2 || inner.name !== name)
        throw fault(text, at, `</${name}> closes nothing`);
      open.pop();
    } else if (name !== undefined) {
      count += 1;
      if (open.length > deepest || count > mostElements) throw fault(text, at, 'there is too much');
      const element: XmlElement = { name, children: [], text: '' };
      inner.children.push(element);
      if (empty !== '/') open.push(element);
    }
  }
  if (open.length > 1) throw fault(text, text.length, `<${open.at(-1)!.name}> is not closed`);
  const [root, ...more] = document.children;
  if (root === undefined || more.length > 0 || document.text.trim() !== '') {
    throw fault(text, 0, 'one element has to hold all others');
  }
  return trimmed(root);
}

export function childrenOf(element: XmlElement, name: string): XmlElement[] {
  return element.children.filter((child) => child.name === name);
}

/** The text of the first element of that name; undefined where there is none. */
export function textOf(element: XmlElement | undefined, name: string): string | undefined {
  return element?.children.find((child) => child.name === name)?.text;
}

function trimmed(element: XmlElement): XmlElement {
  return { ...element, text: element.text.trim(), children: element.children.map(trimmed) };
}

function resolved(text: string, unknown: () => Error): string {
  if (!text.includes('&')) return text;
  return text.replace(/&([^;&]{0,10});?/g, (whole, word: string) => {
    const number = /^#(\d{1,7})$/.exec(word)?.[1] ?? /^#x([\da-f]{1,6})$/i.exec(word)?.[1];
    if (number !== undefined && whole.endsWith(';')) {
      const code = Number.parseInt(number, word.startsWith('#x') ? 16 : 10);
      if (code <= 0x10ffff) return String.fromCodePoint(code);
    }
    const known = entities[word];
    if (known === undefined || !whole.endsWith(';')) throw unknown();
    return known;
  });
}

function fault(text: string, at: number, what: string): Error {
  return new Error(`line ${text.slice(0, at).split('\n').length}: ${what}`);
}
