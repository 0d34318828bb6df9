import type { NewModel } from '@maskwatch/runtime/model-folder';
import type { Imported } from './imported.ts';
import type { SelfTest } from './self-test.ts';

/** CARD.md of an imported model: where it came from, how it is fed, and that nobody measured it. */
export function modelCard(imported: Imported, test: SelfTest): string {
  const { model, origin, notes, sources, probing = [] } = imported;
  const probed = probing.map(({ scaling, accuracy, pictures }) => {
    return `- ${scaling}: ${percent(accuracy)} of ${pictures} pictures right (mean of the states)`;
  });
  return [
    `# ${model.name}`,
    `Imported from ${origin}.`,
    '## Input and output',
    inputText(model),
    ...(probed.length > 0 ? [['Scalings that were tried:', '', ...probed].join('\n')] : []),
    ...notes,
    '## Self-test',
    selfTestText(test),
    '## How well it works',
    'Not measured: `maskwatch evaluate` does it on your pictures. Thresholds and smallest face in model.json are defaults, not chosen for this network.',
    '## Made from',
    sources
      .map(({ name, sha256, bytes }) => `- ${name}, ${bytes.length} bytes, sha256 ${sha256}`)
      .join('\n'),
    `Licence: ${model.licence}`,
    '',
  ]
    .join('\n\n')
    .trimEnd()
    .concat('\n');
}

/** "largest difference from OpenCV 4.6.0 3.1e-7 of each output's range, on 4 generated pictures" */
export function selfTestText({
  pictures,
  largestDifference,
  of,
  reader,
  cannot,
}: SelfTest): string {
  if (largestDifference === undefined) {
    return `It runs on ${pictures}. The original was not run beside it: ${cannot}.`;
  }
  const share = of === 'probabilities' ? 'in probability' : `of ${of}`;
  const largest =
    largestDifference === 0 ? 'none' : `${largestDifference.toExponential(1)} ${share}`;
  return `Largest difference from ${reader}: ${largest}, on ${pictures}.`;
}

/** How pixels come in, in one sentence. */
export function inputText(model: NewModel): string {
  const order = model.colourOrder === 'rgb' ? 'red, green, blue' : 'blue, green, red';
  const pixels = `${order}, pixel * ${shown(model.scale)} + ${shown(model.offset)}`;
  const { size } = model.input;
  if (model.task === 'detector') {
    const square = model.input.square ? `always ${size}x${size}` : `longest side ${size}`;
    return `${square}, top left, padded with ${model.input.padding}; ${pixels}. Classes: ${model.classes.join(', ')}.`;
  }
  if (model.task === 'features') return `${size}x${size}; ${pixels}.`;
  const { shape, side } = model.crop;
  const crop =
    shape === 'square'
      ? `square of ${side} times the longer side`
      : `the box, each side times ${side}, stretched`;
  return `${size}x${size}, ${crop}; ${pixels}. Classes: ${model.classes.join(', ')}.`;
}

function shown(values: NewModel['scale']): string {
  const list = typeof values === 'number' ? [values] : values;
  const text = list.map((value) => String(Number(value.toPrecision(6)))).join(', ');
  return list.length === 1 ? text : `(${text})`;
}

const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
