import {
  cfgProblem,
  numbers,
  parseCfg,
  place,
  type Section,
  wholeNumbers,
} from '@maskwatch/onnx/darknet-cfg';
import type { Size } from './anchors.ts';

export interface CfgChanges {
  classes: number;
  /** Longest side that the detector sees, in pixels. */
  size: number;
  /** Smallest first, as many as `anchorCount` tells; absent: the cfg's own. */
  anchors?: readonly Size[];
}

/** How many anchors the heads of a cfg have together. Problem darknet-cfg where it is none. */
export function anchorCount(cfg: string): number {
  return yoloSections(parseCfg(cfg)).reduce((sum, { mask }) => sum + mask.length, 0);
}

/** The anchors that the heads of a cfg have, smallest first. */
export function anchorsOf(cfg: string): Size[] {
  return yoloSections(parseCfg(cfg))
    .flatMap(({ section, mask }) => {
      const sides = numbers(section, 'anchors');
      return mask.map((n) => [sides[2 * n] ?? 0, sides[2 * n + 1] ?? 0] as const);
    })
    .sort((a, b) => a[0] * a[1] - b[0] * b[1]);
}

/**
 * The cfg with the heads that the data needs: classes, anchors, and as many filters before each head;
 * all else stays as it is written. The heads whose anchors were smallest get the smallest.
 */
export function cfgForData(cfg: string, { classes, size, anchors }: CfgChanges): string {
  const sections = parseCfg(cfg);
  const changes: [Section, Record<string, string>][] = [
    [sections[0]!, { width: String(size), height: String(size) }],
  ];
  const list = anchors?.map((side) => side.map((n) => n.toFixed(1)).join(',')).join(', ');
  let first = 0;
  for (const { section, mask } of yoloSections(sections)) {
    const before = sections[section.layer]!;
    if (before.kind !== 'convolutional' && before.kind !== 'conv') {
      throw cfgProblem(place(section), 'no convolution stands before the head');
    }
    const mine = mask.map((_, n) => first + n).join(',');
    first += mask.length;
    changes.push([before, { filters: String(mask.length * (5 + classes)) }]);
    changes.push([
      section,
      {
        classes: String(classes),
        ...(list === undefined ? {} : { anchors: list, mask: mine, num: String(anchors!.length) }),
      },
    ]);
  }
  return written(cfg, changes);
}

/** The heads, those with the smallest anchors first. */
function yoloSections(sections: readonly Section[]): { section: Section; mask: number[] }[] {
  const heads = sections
    .filter(({ kind }) => kind === 'yolo')
    .map((section) => {
      const mask = wholeNumbers(section, 'mask');
      const sides = numbers(section, 'anchors');
      const areas = mask.map((n) => (sides[2 * n] ?? 0) * (sides[2 * n + 1] ?? 0));
      return { section, mask, area: areas.reduce((a, b) => a + b, 0) / areas.length };
    });
  if (heads.length === 0) {
    throw cfgProblem('the end', 'there is no [yolo] layer, so this is no detector');
  }
  return heads.sort((a, b) => a.area - b.area);
}

/** Options are replaced on their lines, or put below the section's; from the end, so that lines stay. */
function written(cfg: string, changes: readonly [Section, Record<string, string>][]): string {
  const lines = cfg.split(/\r?\n/);
  const ordered = [...changes].sort(([a], [b]) => b.line - a.line);
  for (const [section, options] of ordered) {
    for (const [key, value] of Object.entries(options)) {
      const at = section.options.get(key)?.line;
      if (at !== undefined) lines[at - 1] = `${key}=${value}`;
    }
    const missing = Object.entries(options).filter(([key]) => !section.options.has(key));
    lines.splice(section.line, 0, ...missing.map(([key, value]) => `${key}=${value}`));
  }
  return lines.join('\n');
}
