import { Problem } from '@maskwatch/platform/problem';
import { type Graph, int, type Node } from './graph.ts';

/** Names of the inputs that every network gets; hosts feed them by these. */
export const PLANES = 'planes';
export const COLOUR = 'colour';
export const OFFSET = 'offset';

/**
 * Puts the shared front end before a network with one float input of three channels: it takes
 * bytes and turns them into what the network was trained on, inside the session.
 *
 * - `planes`: uint8 [n, 3, height, width], red-green-blue or luma-chroma
 * - `colour`: float [3, 3, 1, 1], how much of each plane goes into red, green and blue
 * - `offset`: float [3], added to red, green and blue
 *
 * The host chooses colour and offset per run, so one session serves both kinds of pictures.
 */
export function withPictureInput(graph: Graph): Graph {
  const [input, ...more] = graph.inputs;
  const channels = input?.shape[1];
  if (input === undefined || more.length > 0 || input.type !== 'float' || channels !== 3) {
    throw new Problem(
      'onnx-input',
      `The network ${graph.name} takes ${graph.inputs.map((i) => i.name).join(', ') || 'nothing'}; ` +
        'a picture network has one float input of three channels.',
      { action: 'Export the network with one input [n, 3, height, width].' },
    );
  }
  const [n, , height, width] = input.shape;
  const bytesToFloats: Node = {
    op: 'Cast',
    name: 'picture/cast',
    inputs: [PLANES],
    outputs: ['picture/floats'],
    attributes: { to: int(1) },
  };
  const mixPlanes: Node = {
    op: 'Conv',
    name: 'picture/colour',
    inputs: ['picture/floats', COLOUR, OFFSET],
    outputs: [input.name],
    attributes: {},
  };
  return {
    ...graph,
    nodes: [bytesToFloats, mixPlanes, ...graph.nodes],
    inputs: [
      { name: PLANES, type: 'uint8', shape: [n ?? 'n', 3, height ?? 'height', width ?? 'width'] },
      { name: COLOUR, type: 'float', shape: [3, 3, 1, 1] },
      { name: OFFSET, type: 'float', shape: [3] },
    ],
  };
}
