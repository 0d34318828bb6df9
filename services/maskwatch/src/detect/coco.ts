import type { DetectLine } from '@maskwatch/contracts/detection';
import { JudgedState } from '@maskwatch/contracts/mask-state';
import type { LineFormat } from './line-format.ts';
import { rounded } from './report.ts';

const categories = ['face', ...JudgedState.options].map((name, n) => ({ id: n + 1, name }));

/**
 * One COCO document. Annotations are written as they come; pictures are kept until the end, some
 * hundred bytes each. `score` is the detector's confidence, `attributes` what the classifier said.
 */
export function cocoFormat(): LineFormat {
  const images: string[] = [];
  let annotations = 0;
  return {
    head: `{"info":{"description":"maskwatch detect"},"categories":${JSON.stringify(categories)},"annotations":[`,
    line({ faces, ...picture }: DetectLine) {
      const { file, width, height, frame, timeMs } = picture;
      const image_id = images.length + 1;
      images.push(
        JSON.stringify({ id: image_id, file_name: file, width, height, frame, time_ms: timeMs }),
      );
      const lines = faces.map(({ box, confidence, label, judged, probabilities }) => {
        annotations += 1;
        const annotation = {
          ...{ id: annotations, image_id },
          category_id: categories.find(({ name }) => name === label)!.id,
          bbox: box.map((value) => rounded(value, 100)),
          area: rounded(box[2] * box[3], 100),
          ...{ iscrowd: 0, score: rounded(confidence, 100_000) },
          attributes: { judged, probabilities: shares(probabilities) },
        };
        // A comma before every one but the first: what is written is never taken back.
        return `${annotations === 1 ? '' : ','}${JSON.stringify(annotation)}`;
      });
      return lines.length === 0 ? undefined : lines.join('\n');
    },
    tail: () => `],"images":[\n${images.join(',\n')}\n]}`,
  };
}

function shares(probabilities: DetectLine['faces'][number]['probabilities']) {
  return Object.fromEntries(
    Object.entries(probabilities).map(([state, share]) => [state, rounded(share, 100_000)]),
  );
}
