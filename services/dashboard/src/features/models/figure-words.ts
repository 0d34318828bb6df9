/** The smallest number at the end of a name that can be a face's size in pixels. */
const smallestSize = 8;

/**
 * The name of a figure in model.json as people read it: "faceAp16to32" is "face AP, 16 to 32 px".
 * Names that are words already stay as they are.
 */
export function figureName(key: string): string {
  const sized = /^(.*?\D)(\d+)(?:to(\d+))?(?:px)?$/i.exec(key);
  if (sized === null || Number(sized[2]) < smallestSize) return inWords(key);
  const [, name = '', from, to] = sized;
  return `${inWords(name)}, ${from}${to === undefined ? ' px and more' : ` to ${to} px`}`;
}

function inWords(name: string): string {
  return name
    .replaceAll('_', ' ')
    .replace(/([a-z\d])([A-Z])/g, '$1 $2')
    .split(' ')
    .map((word) => abbreviations[word.toLowerCase()] ?? lower(word))
    .join(' ')
    .trim();
}

const abbreviations: Record<string, string> = { ap: 'AP', f1: 'F1', map: 'mAP', iou: 'IoU' };

/** Abbreviations that are written large stay so. */
function lower(word: string): string {
  return /^[A-Z\d]{2,}$/.test(word) ? word : word.toLowerCase();
}

/** Four digits tell models apart; more are noise of the pictures that it was measured on. */
export function figureValue(value: number): string {
  if (Number.isInteger(value)) return value.toLocaleString('en').replaceAll(',', '\u2009');
  return Math.abs(value) < 10 ? value.toFixed(3) : value.toFixed(1);
}
