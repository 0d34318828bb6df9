import type { Attribute, Graph, Node, Value } from './graph.ts';
import {
  ATTRIBUTE,
  ATTRIBUTE_TYPE,
  ELEMENT_TYPE,
  ELEMENTS,
  GRAPH,
  LEAST_OPSET,
  MODEL,
  MOST_OPSET,
  NODE,
  OPSET,
  REFUSED_ATTRIBUTES,
  SHAPE,
  SIDE,
  TENSOR_TYPE,
  TYPE,
  VALUE,
} from './onnx-fields.ts';
import { Message } from './onnx-message.ts';
import { readTensor, refused, short } from './onnx-tensor.ts';

/** Both names that ONNX's own operators go by. */
const ownDomains = ['', 'ai.onnx'];
/** Larger networks are no picture networks; each node takes memory here and in the runtime. */
const mostNodes = 50_000;

/**
 * The graph of an .onnx file of opset 9 to 21 with its weights inside; the opset stays as it is.
 * What a graph of this room cannot hold (other opsets and operator domains, networks inside
 * networks, functions, sparse values, values in other files) is refused with a Problem that names
 * it: onnx-damaged, onnx-unknown.
 */
export function readOnnx(file: Uint8Array): Graph {
  const model = new Message(file);
  const opset = opsetOf(model);
  const graph = model.messages(MODEL.graph)[0];
  if (graph === undefined) throw refused('it has no graph');
  if (model.bytes(MODEL.functions).length > 0) throw refused('it defines functions of its own');
  const [sparse] = graph.bytes(GRAPH.sparseInitializer);
  if (sparse !== undefined) throw refused('it has sparse values');
  const nodes = graph.bytes(GRAPH.node).length;
  if (nodes > mostNodes) throw refused(`it has ${nodes} nodes; ${mostNodes} are read`);
  const initializers = graph.messages(GRAPH.initializer).map(readTensor);
  const constants = new Set(initializers.map(({ name }) => name));
  return {
    name: graph.string(GRAPH.name),
    nodes: graph.messages(GRAPH.node).map(readNode),
    initializers,
    // Old files list their weights among the inputs, too.
    inputs: graph.messages(GRAPH.input).flatMap((input) => {
      return constants.has(input.string(VALUE.name)) ? [] : readValue(input);
    }),
    outputs: graph.messages(GRAPH.output).map(readValue),
    opset,
  };
}

function opsetOf(model: Message): number {
  const versions = model
    .messages(MODEL.opset)
    .filter((opset) => ownDomains.includes(opset.string(OPSET.domain)))
    .map((opset) => opset.int(OPSET.version));
  // The format's own default, from before there were versions.
  const version = versions.at(-1) ?? 1;
  if (version >= LEAST_OPSET && version <= MOST_OPSET) return version;
  if (versions.length === 0 && model.bytes(MODEL.graph).length === 0) {
    throw refused('it has no graph');
  }
  throw refused(`it is written for opset ${version}; ${LEAST_OPSET} to ${MOST_OPSET} are read`);
}

function readNode(message: Message): Node {
  const name = message.string(NODE.name);
  const op = message.string(NODE.op);
  const domain = message.string(NODE.domain);
  const called = `node ${short(name || message.strings(NODE.output)[0] || '')} (${short(op)})`;
  if (!ownDomains.includes(domain)) {
    throw refused(`${called} is of the operator domain ${short(domain)}`);
  }
  return {
    op,
    name,
    inputs: message.strings(NODE.input),
    outputs: message.strings(NODE.output),
    attributes: Object.fromEntries(
      message.messages(NODE.attribute).map((attribute) => {
        return [attribute.string(ATTRIBUTE.name), readAttribute(attribute, called)];
      }),
    ),
  };
}

function readAttribute(message: Message, node: string): Attribute {
  const type = message.int(ATTRIBUTE.type);
  switch (type) {
    case ATTRIBUTE_TYPE.int:
      return { kind: 'int', value: message.int(ATTRIBUTE.int) };
    case ATTRIBUTE_TYPE.ints:
      return { kind: 'ints', values: message.ints(ATTRIBUTE.ints) };
    case ATTRIBUTE_TYPE.float:
      return { kind: 'float', value: message.floats(ATTRIBUTE.float).at(-1) ?? 0 };
    case ATTRIBUTE_TYPE.floats:
      return { kind: 'floats', values: [...message.floats(ATTRIBUTE.floats)] };
    case ATTRIBUTE_TYPE.string:
      return { kind: 'string', value: message.string(ATTRIBUTE.string) };
    case ATTRIBUTE_TYPE.strings:
      return { kind: 'strings', values: message.strings(ATTRIBUTE.strings) };
    case ATTRIBUTE_TYPE.tensor: {
      const [tensor] = message.messages(ATTRIBUTE.tensor);
      if (tensor === undefined) throw refused(`${node} has an attribute without its values`);
      return { kind: 'tensor', value: readTensor(tensor) };
    }
    default:
      throw refused(`${node} has ${REFUSED_ATTRIBUTES[type] ?? `an attribute of type ${type}`}`);
  }
}

/** A side of no size gets a name of its own: equal names would mean equal sizes. */
function readValue(message: Message): Value {
  const name = message.string(VALUE.name);
  const tensor = message.messages(VALUE.type)[0]?.messages(TYPE.tensor)[0];
  const element = tensor?.int(TENSOR_TYPE.element) ?? 0;
  const types = ['float', 'uint8', 'int64'] as const;
  const type = types.find((candidate) => ELEMENT_TYPE[candidate] === element);
  if (tensor === undefined || type === undefined) {
    const found = ELEMENTS[element]?.name ?? (tensor ? `element type ${element}` : 'no tensor');
    throw refused(`${short(name)} is ${found}; what goes in and out must be float32`);
  }
  const sides = tensor.messages(TENSOR_TYPE.shape)[0]?.messages(SHAPE.side) ?? [];
  const shape = sides.map((side, n) => {
    const named = side.strings(SIDE.name).at(-1);
    const sized = side.ints(SIDE.size).at(-1);
    return named ?? sized ?? `${name}/side${n}`;
  });
  return { name, type, shape };
}
