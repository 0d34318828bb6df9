/** Field numbers of ONNX's protobuf messages (onnx.proto), as far as they are written or read. */
export const MODEL = { irVersion: 1, producerName: 2, graph: 7, opset: 8, functions: 25 } as const;
export const OPSET = { domain: 1, version: 2 } as const;
export const GRAPH = {
  node: 1,
  name: 2,
  initializer: 5,
  input: 11,
  output: 12,
  sparseInitializer: 15,
} as const;
export const NODE = { input: 1, output: 2, name: 3, op: 4, attribute: 5, domain: 7 } as const;
export const ATTRIBUTE = {
  name: 1,
  float: 2,
  int: 3,
  string: 4,
  tensor: 5,
  floats: 7,
  ints: 8,
  strings: 9,
  type: 20,
} as const;
export const TENSOR = {
  dims: 1,
  type: 2,
  floats: 4,
  int32s: 5,
  int64s: 7,
  name: 8,
  raw: 9,
  doubles: 10,
  uint64s: 11,
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
  strings: 8,
} as const;

/** ONNX's numbers for the types of elements. */
export const ELEMENT_TYPE = { float: 1, uint8: 2, int64: 7 } as const;
/** Its weights are read and written as they are; only half-precision.ts makes them. */
export const FLOAT16 = 10;

/** Of each of ONNX's types of elements: its name, bytes, and the field of values that are not raw. */
export const ELEMENTS: Readonly<Record<number, { name: string; bytes: number; field?: number }>> = {
  1: { name: 'float32', bytes: 4, field: TENSOR.floats },
  2: { name: 'uint8', bytes: 1, field: TENSOR.int32s },
  3: { name: 'int8', bytes: 1, field: TENSOR.int32s },
  4: { name: 'uint16', bytes: 2, field: TENSOR.int32s },
  5: { name: 'int16', bytes: 2, field: TENSOR.int32s },
  6: { name: 'int32', bytes: 4, field: TENSOR.int32s },
  7: { name: 'int64', bytes: 8, field: TENSOR.int64s },
  9: { name: 'bool', bytes: 1, field: TENSOR.int32s },
  10: { name: 'float16', bytes: 2, field: TENSOR.int32s },
  11: { name: 'float64', bytes: 8, field: TENSOR.doubles },
  12: { name: 'uint32', bytes: 4, field: TENSOR.uint64s },
  13: { name: 'uint64', bytes: 8, field: TENSOR.uint64s },
  14: { name: 'complex64', bytes: 8 },
  15: { name: 'complex128', bytes: 16 },
  16: { name: 'bfloat16', bytes: 2, field: TENSOR.int32s },
};

/** Kinds of attributes that are refused, by ONNX's number. */
export const REFUSED_ATTRIBUTES: Readonly<Record<number, string>> = {
  5: 'a network inside it (a branch or a loop)',
  9: 'a list of tensors',
  10: 'networks inside it (branches or loops)',
  11: 'sparse values',
  12: 'sparse values',
  13: 'a type',
  14: 'types',
};

/** The version of operators that graphs are written for, and those that are read and kept. */
export const OPSET_VERSION = 13;
export const LEAST_OPSET = 9;
export const MOST_OPSET = 21;

/** The version of the file format that first may hold a version of operators. */
export function irVersion(opset: number): number {
  if (opset <= 18) return 8;
  return opset <= 20 ? 9 : 10;
}
