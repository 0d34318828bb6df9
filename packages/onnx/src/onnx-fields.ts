/** Field numbers of ONNX's protobuf messages (onnx.proto), as far as they are written or read. */
export const MODEL = { irVersion: 1, producerName: 2, graph: 7, opset: 8 } as const;
export const OPSET = { domain: 1, version: 2 } as const;
export const GRAPH = { node: 1, name: 2, initializer: 5, input: 11, output: 12 } as const;
export const NODE = { input: 1, output: 2, name: 3, op: 4, attribute: 5, domain: 7 } as const;
export const ATTRIBUTE = {
  name: 1,
  float: 2,
  int: 3,
  string: 4,
  tensor: 5,
  floats: 7,
  ints: 8,
  type: 20,
} as const;
export const TENSOR = {
  dims: 1,
  type: 2,
  floats: 4,
  int64s: 7,
  name: 8,
  raw: 9,
  location: 14,
} as const;
export const VALUE = { name: 1, type: 2 } as const;
export const TYPE = { tensor: 1 } as const;
export const TENSOR_TYPE = { element: 1, shape: 2 } as const;
export const SHAPE = { side: 1 } as const;
export const SIDE = { size: 1, name: 2 } as const;

/** ONNX's numbers for the kinds of attributes. */
export const ATTRIBUTE_TYPE = {
  float: 1,
  int: 2,
  string: 3,
  tensor: 4,
  floats: 6,
  ints: 7,
} as const;

/** ONNX's numbers for the types of elements. */
export const ELEMENT_TYPE = { float: 1, uint8: 2, int64: 7 } as const;

/** The version of operators that graphs are written for, and of the file format. */
export const OPSET_VERSION = 13;
export const IR_VERSION = 8;
