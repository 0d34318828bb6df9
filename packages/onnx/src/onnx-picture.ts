import { Problem } from '@maskwatch/platform/problem';
import { type Graph, ints } from './graph.ts';
import { short } from './onnx-tensor.ts';

/** How a network of another maker takes its pictures. */
export interface PictureNetwork {
  /** Takes `picture`, float [n or 1, 3, height, width]; all names of the file have a prefix. */
  graph: Graph;
  /** As the file fixes them; undefined where any size goes. */
  width: number | undefined;
  height: number | undefined;
}

/** The name of the input of every graph that comes out of here. */
const PICTURE = 'picture';
const largestSide = 4096;

/**
 * The one float input of three channels, channels first; a file with channels last gets a Transpose
 * before it. Problem onnx-input where a network takes anything else.
 */
export function pictureNetwork(graph: Graph): PictureNetwork {
  const [input, ...more] = graph.inputs;
  if (input === undefined || more.length > 0) {
    const names = graph.inputs.map(({ name }) => short(name)).join(', ');
    throw inputProblem(`it takes ${names === '' ? 'nothing' : names}; one picture is asked for`);
  }
  const shape = input.shape.map((side) => (side === 0 || side === -1 ? 'unknown' : side));
  const called = `${short(input.name)} [${shape.map((side) => short(String(side))).join(', ')}]`;
  if (input.type !== 'float') throw inputProblem(`${called} is ${input.type}, not float32`);
  if (shape.length !== 4) throw inputProblem(`${called} has ${shape.length} sides, not four`);
  const last = shape[1] !== 3 && shape[3] === 3;
  if (!last && shape[1] !== 3) throw inputProblem(`${called} has no side of three channels`);
  if (typeof shape[0] === 'number' && shape[0] !== 1) {
    throw inputProblem(`${called} takes ${shape[0]} pictures at once, not one`);
  }
  const [height, width] = (last ? shape.slice(1, 3) : shape.slice(2)) as (number | string)[];
  for (const side of [height, width]) {
    if (typeof side === 'number' && !(side >= 1 && side <= largestSide)) {
      throw inputProblem(`${called} has sides above ${largestSide}`);
    }
  }
  const turned = last ? channelsLast(graph, input.name) : renamedInput(graph, input.name);
  const sides = [
    typeof shape[0] === 'number' ? shape[0] : 'n',
    3,
    typeof height === 'number' ? height : 'height',
    typeof width === 'number' ? width : 'width',
  ];
  return {
    graph: { ...turned, inputs: [{ name: PICTURE, type: 'float', shape: sides }] },
    width: typeof width === 'number' ? width : undefined,
    height: typeof height === 'number' ? height : undefined,
  };
}

/** An input that is an output, too, has no node that could take another name. */
function renamedInput(graph: Graph, input: string): Graph {
  const pass = {
    op: 'Identity',
    name: PICTURE,
    inputs: [PICTURE],
    outputs: [input],
    attributes: {},
  };
  return { ...graph, nodes: [pass, ...graph.nodes] };
}

function channelsLast(graph: Graph, input: string): Graph {
  const attributes = { perm: ints([0, 2, 3, 1]) };
  const turn = { op: 'Transpose', name: PICTURE, inputs: [PICTURE], outputs: [input], attributes };
  return { ...graph, nodes: [turn, ...graph.nodes] };
}

function inputProblem(what: string): Problem {
  return new Problem(
    'onnx-input',
    `This ONNX file takes no picture as it is given here: ${what}.`,
    {
      action:
        'Export the network with one float32 input [n, 3, height, width] or [n, height, width, 3].',
      status: 422,
    },
  );
}
