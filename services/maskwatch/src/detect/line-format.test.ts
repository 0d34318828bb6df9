import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DetectLine } from '@maskwatch/contracts/detection';
import { lineFormats } from './line-format.ts';

const lines: DetectLine[] = [
  {
    file: 'a "b", c.png',
    ...{ width: 164, height: 196 },
    faces: [
      {
        box: [1.234, 2, 30, 40],
        confidence: 0.4226,
        ...{ label: 'no_mask', judged: true },
        probabilities: { mask: 0.123_456_7, no_mask: 0.876_543_3 },
      },
    ],
  },
  { file: 'empty.png', width: 10, height: 20, faces: [] },
  {
    file: 'film.mp4',
    ...{ frame: 3, timeMs: 120, width: 640, height: 360 },
    faces: [
      { box: [5, 6, 7, 8], confidence: 0.5, label: 'face', judged: false, probabilities: {} },
    ],
  },
];

function written(name: keyof typeof lineFormats): string {
  const format = lineFormats[name]();
  const parts = [format.head, ...lines.map((line) => format.line(line)), format.tail?.()];
  return parts.filter((part) => part !== undefined).join('\n');
}

test('CSV has a row a face, names quoted where they must be, and nothing for what is not known', () => {
  assert.deepEqual(written('csv').split('\n'), [
    'file,frame,time_ms,picture_width,picture_height,x,y,width,height,confidence,label,judged,mask,no_mask,incorrect',
    '"a ""b"", c.png",,,164,196,1.23,2,30,40,0.4226,no_mask,true,0.12346,0.87654,',
    'film.mp4,3,120,640,360,5,6,7,8,0.5,face,false,,,',
  ]);
});

test('COCO is one document: pictures without a face are in it, annotations point at theirs', () => {
  const coco = JSON.parse(written('coco'));
  assert.deepEqual(
    coco.images.map((image: { id: number; file_name: string }) => [image.id, image.file_name]),
    [
      [1, 'a "b", c.png'],
      [2, 'empty.png'],
      [3, 'film.mp4'],
    ],
  );
  assert.equal(coco.images[2].frame, 3);
  assert.deepEqual(
    coco.annotations.map((one: Record<string, unknown>) => [
      one.image_id,
      one.category_id,
      one.bbox,
    ]),
    [
      [1, 3, [1.23, 2, 30, 40]],
      [3, 1, [5, 6, 7, 8]],
    ],
  );
  assert.deepEqual(coco.annotations[0].attributes.probabilities, {
    mask: 0.12346,
    no_mask: 0.87654,
  });
  assert.deepEqual(coco.categories[2], { id: 3, name: 'no_mask' });
});

test('COCO of no picture at all is still a document', () => {
  const format = lineFormats.coco();
  assert.deepEqual(JSON.parse(`${format.head}${format.tail!()}`).images, []);
});
