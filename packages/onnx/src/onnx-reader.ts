import { Problem } from '@maskwatch/platform/problem';
import type { Attribute, Graph, Node, Tensor, Value } from './graph.ts';
import {
  ATTRIBUTE,
  ATTRIBUTE_TYPE,
  ELEMENT_TYPE,
  GRAPH,
  MODEL,
  NODE,
  OPSET,
  OPSET_VERSION,
  SHAPE,
  SIDE,
  TENSOR,
  TENSOR_TYPE,
  TYPE,
  VALUE,
} from './onnx-fields.ts';
import {
  type Field,
  readFields,
  readPackedFloats,
  readPackedInt64s,
  readPackedInts,
  readString,
} from './protobuf-reader.ts';

/**
 * The graph of an .onnx file of opset 13 with its weights inside. What a graph of this room cannot
 * hold (other opsets, operator domains, element types, subgraphs) is refused with a Problem.
 */
export function readOnnx(file: Uint8Array): Graph {
  const model = new Message(file);
  for (const opset of model.messages(MODEL.opset)) {
    const version = opset.int(OPSET.version);
    if (opset.string(OPSET.domain) === '' && version !== OPSET_VERSION) {
      throw refused(`it is written for opset ${version}; only ${OPSET_VERSION} is read`);
    }
  }
  const graph = model.messages(MODEL.graph)[0];
  if (graph === undefined) {
    throw refused('it has no graph');
  }
  return {
    name: graph.string(GRAPH.name),
    nodes: graph.messages(GRAPH.node).map(readNode),
    initializers: graph.messages(GRAPH.initializer).map(readTensor),
    inputs: graph.messages(GRAPH.input).map(readValue),
    outputs: graph.messages(GRAPH.output).map(readValue),
  };
}

/** A message by field numbers; absent numbers are 0 and absent strings empty, as in protobuf. */
class Message {
  readonly #fields: Field[];

  constructor(bytes: Uint8Array) {
    this.#fields = readFields(bytes);
  }

  bytes(number: number): Uint8Array[] {
    return this.#fields.flatMap((f) => (f.number === number && f.kind === 'bytes' ? f.value : []));
  }

  messages(number: number): Message[] {
    return this.bytes(number).map((bytes) => new Message(bytes));
  }

  strings(number: number): string[] {
    return this.bytes(number).map(readString);
  }

  string(number: number): string {
    return this.strings(number).at(-1) ?? '';
  }

  ints(number: number): number[] {
    return this.#fields
      .filter((f) => f.number === number)
      .flatMap((f) => (f.kind === 'bytes' ? readPackedInts(f.value) : BigInt(f.value)))
      .map(Number);
  }

  int(number: number): number {
    return this.ints(number).at(-1) ?? 0;
  }

  floats(number: number): number[] {
    return this.#fields
      .filter((f) => f.number === number)
      .flatMap((f) => (f.kind === 'bytes' ? [...readPackedFloats(f.value)] : Number(f.value)));
  }
}

function readNode(message: Message): Node {
  const name = message.string(NODE.name);
  const domain = message.string(NODE.domain);
  if (domain !== '') {
    throw refused(`node ${name} is of the operator domain ${domain}`);
  }
  return {
    op: message.string(NODE.op),
    name,
    inputs: message.strings(NODE.input),
    outputs: message.strings(NODE.output),
    attributes: Object.fromEntries(
      message
        .messages(NODE.attribute)
        .map((attribute) => [attribute.string(ATTRIBUTE.name), readAttribute(attribute, name)]),
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
      return { kind: 'floats', values: message.floats(ATTRIBUTE.floats) };
    case ATTRIBUTE_TYPE.string:
      return { kind: 'string', value: message.string(ATTRIBUTE.string) };
    case ATTRIBUTE_TYPE.tensor:
      return { kind: 'tensor', value: readTensor(message.messages(ATTRIBUTE.tensor)[0]!) };
    default:
      throw refused(`node ${node} has an attribute of type ${type}`);
  }
}

function readTensor(message: Message): Tensor {
  const name = message.string(TENSOR.name);
  const dims = message.ints(TENSOR.dims);
  const type = message.int(TENSOR.type);
  if (message.int(TENSOR.location) !== 0) {
    throw refused(`the values of ${name} are in another file`);
  }
  const raw = message.bytes(TENSOR.raw).at(-1);
  if (type === ELEMENT_TYPE.float) {
    const data = raw ? readPackedFloats(raw) : Float32Array.from(message.floats(TENSOR.floats));
    return complete({ name, dims, type: 'float', data });
  }
  if (type === ELEMENT_TYPE.int64) {
    const data = raw
      ? readPackedInt64s(raw)
      : BigInt64Array.from(message.ints(TENSOR.int64s), BigInt);
    return complete({ name, dims, type: 'int64', data });
  }
  throw refused(`the values of ${name} are of element type ${type}`);
}

function complete(tensor: Tensor): Tensor {
  const wanted = tensor.dims.reduce((product, side) => product * side, 1);
  if (wanted !== tensor.data.length) {
    throw refused(`${tensor.name} has ${tensor.data.length} values where its shape asks ${wanted}`);
  }
  return tensor;
}

function readValue(message: Message): Value {
  const name = message.string(VALUE.name);
  const tensor = message.messages(VALUE.type)[0]?.messages(TYPE.tensor)[0];
  const element = tensor?.int(TENSOR_TYPE.element);
  const types = ['float', 'uint8', 'int64'] as const;
  const type = types.find((candidate) => ELEMENT_TYPE[candidate] === element);
  if (tensor === undefined || type === undefined) {
    throw refused(`${name} is of element type ${element}`);
  }
  const sides = tensor.messages(TENSOR_TYPE.shape)[0]?.messages(SHAPE.side) ?? [];
  return {
    name,
    type,
    shape: sides.map((side) => side.strings(SIDE.name).at(-1) ?? side.int(SIDE.size)),
  };
}

function refused(why: string): Problem {
  return new Problem('onnx-unknown', `This ONNX file cannot be used here: ${why}.`, {
    action: `Export the network again with opset ${OPSET_VERSION}, weights inside, in float32.`,
  });
}
