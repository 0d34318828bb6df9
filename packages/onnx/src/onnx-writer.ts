import type { Attribute, Graph, Node, Tensor, Value } from './graph.ts';
import {
  ATTRIBUTE,
  ATTRIBUTE_TYPE,
  ELEMENT_TYPE,
  GRAPH,
  irVersion,
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
import { ProtobufWriter } from './protobuf-writer.ts';

/** The bytes of an .onnx file: the graph's opset, weights inside, equal for equal graphs. */
export function writeOnnx(graph: Graph): Uint8Array {
  const version = graph.opset ?? OPSET_VERSION;
  const opset = new ProtobufWriter().string(OPSET.domain, '').int(OPSET.version, version);
  return new ProtobufWriter()
    .int(MODEL.irVersion, irVersion(version))
    .string(MODEL.producerName, 'maskwatch')
    .message(MODEL.graph, graphMessage(graph))
    .message(MODEL.opset, opset)
    .finish();
}

function graphMessage(graph: Graph): ProtobufWriter {
  const writer = new ProtobufWriter();
  for (const node of graph.nodes) {
    writer.message(GRAPH.node, nodeMessage(node));
  }
  writer.string(GRAPH.name, graph.name);
  for (const tensor of graph.initializers) {
    writer.message(GRAPH.initializer, tensorMessage(tensor));
  }
  for (const value of graph.inputs) {
    writer.message(GRAPH.input, valueMessage(value));
  }
  for (const value of graph.outputs) {
    writer.message(GRAPH.output, valueMessage(value));
  }
  return writer;
}

function nodeMessage(node: Node): ProtobufWriter {
  const writer = new ProtobufWriter();
  for (const input of node.inputs) {
    writer.string(NODE.input, input);
  }
  for (const output of node.outputs) {
    writer.string(NODE.output, output);
  }
  writer.string(NODE.name, node.name).string(NODE.op, node.op);
  for (const [name, attribute] of Object.entries(node.attributes)) {
    writer.message(NODE.attribute, attributeMessage(name, attribute));
  }
  return writer;
}

function attributeMessage(name: string, attribute: Attribute): ProtobufWriter {
  const writer = new ProtobufWriter().string(ATTRIBUTE.name, name);
  switch (attribute.kind) {
    case 'int':
      writer.int(ATTRIBUTE.int, attribute.value);
      break;
    case 'ints':
      for (const value of attribute.values) {
        writer.int(ATTRIBUTE.ints, value);
      }
      break;
    case 'float':
      writer.float(ATTRIBUTE.float, attribute.value);
      break;
    case 'floats':
      for (const value of attribute.values) {
        writer.float(ATTRIBUTE.floats, value);
      }
      break;
    case 'string':
      writer.string(ATTRIBUTE.string, attribute.value);
      break;
    case 'strings':
      for (const value of attribute.values) {
        writer.string(ATTRIBUTE.strings, value);
      }
      break;
    case 'tensor':
      writer.message(ATTRIBUTE.tensor, tensorMessage(attribute.value));
  }
  return writer.int(ATTRIBUTE.type, ATTRIBUTE_TYPE[attribute.kind]);
}

function tensorMessage(tensor: Tensor): ProtobufWriter {
  const writer = new ProtobufWriter();
  for (const side of tensor.dims) {
    writer.int(TENSOR.dims, side);
  }
  const { buffer, byteOffset, byteLength } = tensor.data;
  return writer
    .int(TENSOR.type, tensor.type === 'raw' ? tensor.element : ELEMENT_TYPE[tensor.type])
    .string(TENSOR.name, tensor.name)
    .bytes(TENSOR.raw, new Uint8Array(buffer, byteOffset, byteLength));
}

function valueMessage(value: Value): ProtobufWriter {
  const shape = new ProtobufWriter();
  for (const side of value.shape) {
    const message = new ProtobufWriter();
    shape.message(
      SHAPE.side,
      typeof side === 'number' ? message.int(SIDE.size, side) : message.string(SIDE.name, side),
    );
  }
  const tensor = new ProtobufWriter()
    .int(TENSOR_TYPE.element, ELEMENT_TYPE[value.type])
    .message(TENSOR_TYPE.shape, shape);
  return new ProtobufWriter()
    .string(VALUE.name, value.name)
    .message(VALUE.type, new ProtobufWriter().message(TYPE.tensor, tensor));
}
