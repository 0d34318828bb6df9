import {
  cfgProblem,
  numbers,
  place,
  positive,
  refuseUnknownKeys,
  type Section,
  wholeNumbers,
} from './darknet-cfg.ts';
import type { Network } from './darknet-network.ts';

/** Those of the decoding are handed on with the head; the others steer only the training. */
const KEYS = (
  'mask anchors classes num scale_x_y jitter resize random thresh ignore_thresh truth_thresh ' +
  'iou_thresh iou_loss iou_thresh_kind iou_normalizer cls_normalizer obj_normalizer ' +
  'delta_normalizer max_delta max nms_kind beta_nms label_smooth_eps objectness_smooth ' +
  'focal_loss counters_per_class show_details'
).split(' ');

/** Checks what a [yolo] layer reads and names it as an output; the layer itself is left out. */
export function head(network: Network, section: Section): 'head' {
  refuseUnknownKeys(section, KEYS);
  const from = network.before(section);
  const classes = positive(section, 'classes', 20);
  const anchors = anchorsOf(section);
  const wanted = anchors.length * (5 + classes);
  if (from.channels !== wanted) {
    const what = `${anchors.length} anchors of ${classes} classes need ${wanted} channels`;
    throw cfgProblem(place(section), `${what}, but ${from.channels} come`);
  }
  const { stride } = from;
  const output = `head${stride}`;
  if (network.heads.some((head) => head.output === output)) {
    throw cfgProblem(place(section), `a second head of stride ${stride} is not known`);
  }
  network.node('Identity', output, [from.value], {});
  const shape = ['n', from.channels, `height/${stride}`, `width/${stride}`];
  network.graph.outputs.push({ name: output, type: 'float', shape });
  const scaleXY = numbers(section, 'scale_x_y', 1)[0]!;
  network.heads.push({ output, stride, anchors, classes, scaleXY });
  return 'head';
}

function anchorsOf(section: Section): [number, number][] {
  const all = numbers(section, 'anchors');
  if (all.some((side) => side <= 0)) {
    throw cfgProblem(place(section, 'anchors'), 'the sides of anchors are above 0');
  }
  return wholeNumbers(section, 'mask').map((n) => {
    const width = all[2 * n];
    const height = all[2 * n + 1];
    if (width === undefined || height === undefined) {
      throw cfgProblem(place(section, 'mask'), `there is no anchor ${n}`);
    }
    return [width, height];
  });
}
