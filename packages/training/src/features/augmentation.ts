import { Problem } from '@maskwatch/platform/problem';

/** How far views of one picture may differ from it; 0 or false is not at all. */
export interface Augmentation {
  /** The part shown is up to this much smaller or larger. */
  zoom: number;
  /** Degrees to either side. */
  rotate: number;
  /** Of the side of the cut, each way. */
  shift: number;
  /** Mirrored half of the time. */
  flip: boolean;
  /** Contrast, and light: up to this share less or more. */
  brightness: number;
  /** Largest sigma of a Gaussian, in pixels at 112 pixels a side. */
  blur: number;
  /** Lowest quality of a JPEG round trip; 0 is none. */
  jpeg: number;
  /** Smallest share of its pixels a side that a view is reduced to and enlarged from; 0 is none. */
  downscale: number;
  /**
   * Up to this share of the cut, from each side, is as if the picture ended there. Where one class has
   * tighter pictures than another, its replicated borders would else be learned instead of faces.
   */
  border: number;
}

type Key = keyof Augmentation;

/** What a name without a value means, and which values it takes. */
const meanings: Record<Key, { usual: number; least: number; most: number }> = {
  zoom: { usual: 0.2, least: 0, most: 0.9 },
  rotate: { usual: 15, least: 0, most: 180 },
  shift: { usual: 0.1, least: 0, most: 0.5 },
  flip: { usual: 1, least: 0, most: 1 },
  brightness: { usual: 0.6, least: 0, most: 0.9 },
  blur: { usual: 4, least: 0, most: 8 },
  jpeg: { usual: 20, least: 0, most: 100 },
  downscale: { usual: 0.07, least: 0, most: 1 },
  border: { usual: 0.3, least: 0, most: 0.9 },
};
const keys = Object.keys(meanings) as Key[];

/**
 * What training uses where --augment is absent. Stronger than portraits need: faces of cameras are dark,
 * small and compressed, and heads trained on portraits judged more of them right with it.
 */
export const usualAugmentation =
  'zoom=0.2,rotate=15,shift=0.1,flip,brightness,blur,jpeg,downscale,border';

/**
 * Reads `zoom=0.2,rotate=15,flip`; what is not named is not done, `none` is nothing at all. Problem
 * augment-invalid where a name or a value is none.
 */
export function parseAugmentation(text: string): Augmentation {
  const found: Record<Key, number> = {
    ...{ zoom: 0, rotate: 0, shift: 0, flip: 0, brightness: 0, blur: 0, jpeg: 0, downscale: 0 },
    border: 0,
  };
  for (const part of text.split(',').map((piece) => piece.trim())) {
    if (part === '' || part === 'none') continue;
    const [name, value, ...more] = part.split('=');
    const key = keys.find((one) => one === name);
    if (key === undefined || more.length > 0) throw refused(part, `one of ${keys.join(', ')}`);
    const { usual, least, most } = meanings[key];
    const number = value === undefined ? usual : Number(value);
    if (value?.trim() === '' || !(number >= least && number <= most)) {
      throw refused(part, `${key} with a value from ${least} to ${most}`);
    }
    found[key] = number;
  }
  return { ...found, flip: found.flip > 0 };
}

/** In one order, to be shown and to tell caches apart. */
export function augmentationText(augmentation: Augmentation): string {
  const parts = keys
    .filter((key) => Number(augmentation[key]) > 0)
    .map((key) => (key === 'flip' ? key : `${key}=${augmentation[key]}`));
  return parts.join(',') || 'none';
}

function refused(part: string, wanted: string): Problem {
  return new Problem('augment-invalid', `"${part}" is no augmentation; it takes ${wanted}.`, {
    action: `Write them with commas between: --augment ${usualAugmentation}`,
    status: 400,
  });
}
