import type { DetectLine } from '@maskwatch/contracts/detection';
import { JudgedState } from '@maskwatch/contracts/mask-state';
import type { LineFormat } from './line-format.ts';
import { rounded } from './report.ts';

const states = JudgedState.options;
const columns = [
  ...['file', 'frame', 'time_ms', 'picture_width', 'picture_height'],
  ...['x', 'y', 'width', 'height', 'confidence', 'label', 'judged', ...states],
];

/** RFC 4180, one row a face; a picture without a face has none. */
export function csvFormat(): LineFormat {
  return {
    head: columns.join(','),
    line: (line) => (line.faces.length === 0 ? undefined : rows(line)),
  };
}

function rows({ file, frame, timeMs, width, height, faces }: DetectLine): string {
  const picture = [quoted(file), frame ?? '', timeMs ?? '', width, height];
  return faces
    .map(({ box, confidence, label, judged, probabilities }) => {
      const shares = states.map((state) => rounded(probabilities[state], 100_000) ?? '');
      const place = box.map((value) => rounded(value, 100));
      return [...picture, ...place, rounded(confidence, 100_000), label, judged, ...shares].join();
    })
    .join('\n');
}

function quoted(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
