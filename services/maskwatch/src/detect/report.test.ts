import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type DetectedFace, DetectLine } from '@maskwatch/contracts/detection';
import { jsonLine, Tally, tableRows } from './report.ts';

const bare: DetectedFace = {
  box: [10.12345, 20, 30.5, 40.25],
  confidence: 0.987654321,
  label: 'no_mask',
  judged: true,
  probabilities: { mask: 0.01, no_mask: 0.98, incorrect: 0.01 },
};
const small: DetectedFace = { ...bare, judged: false, probabilities: { mask: 0.4, no_mask: 0.6 } };
const line: DetectLine = { file: 'sub/a.jpg', width: 640, height: 480, faces: [bare, small] };

test('a JSON line is what the contract says, rounded', () => {
  const parsed = DetectLine.parse(JSON.parse(jsonLine(line)));
  assert.deepEqual(parsed.faces[0]!.box, [10.12, 20, 30.5, 40.25]);
  assert.equal(parsed.faces[0]!.confidence, 0.98765);
  assert.deepEqual(Object.keys(parsed), ['file', 'width', 'height', 'faces']);
});

test('a picture without a face has a line, too', () => {
  assert.equal(
    jsonLine({ file: 'a.jpg', width: 4, height: 3, faces: [] }),
    '{"file":"a.jpg","width":4,"height":3,"faces":[]}',
  );
});

test('the table says what the service would believe', () => {
  assert.deepEqual(tableRows({ ...line, frame: 5, timeMs: 200 }).split('\n'), [
    'sub/a.jpg  640x480  frame 5 at 0.20 s  2 faces',
    '  no mask 98%     found 0.99   31x40 at 10,20',
    '  no mask? 60%    found 0.99   31x40 at 10,20',
  ]);
});

test('the tally counts faces by state, and pictures and frames apart', () => {
  const tally = new Tally();
  tally.add(line);
  tally.add({ ...line, frame: 0, timeMs: 0, faces: [] });
  assert.equal(tally.text, '2 faces (1 no mask, 1 unknown) on 1 picture and 1 frame');
});
