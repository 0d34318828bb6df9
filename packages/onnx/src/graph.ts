/**
 * A network in memory, as ONNX means it: nodes in running order, each with the names of the values
 * that it reads and writes; constants are initializers.
 */
export interface Graph {
  name: string;
  nodes: Node[];
  initializers: Tensor[];
  inputs: Value[];
  outputs: Value[];
  /** The version of operators that its nodes are meant in; 13 where absent. */
  opset?: number;
}

export interface Node {
  op: string;
  name: string;
  /** An empty name is an input that is left out. */
  inputs: string[];
  outputs: string[];
  attributes: Record<string, Attribute>;
}

export type Attribute =
  | { kind: 'int'; value: number }
  | { kind: 'ints'; values: number[] }
  | { kind: 'float'; value: number }
  | { kind: 'floats'; values: number[] }
  | { kind: 'string'; value: string }
  | { kind: 'strings'; values: string[] }
  | { kind: 'tensor'; value: Tensor };

export type Tensor =
  | { name: string; dims: number[]; type: 'float'; data: Float32Array }
  | { name: string; dims: number[]; type: 'int64'; data: BigInt64Array }
  /** Any other type, by ONNX's number of it: the bytes as ONNX's raw data holds them. */
  | { name: string; dims: number[]; type: 'raw'; element: number; data: Uint8Array };

/** An input or output; a side of the shape that is a name differs from run to run. */
export interface Value {
  name: string;
  type: 'float' | 'uint8' | 'int64';
  shape: (number | string)[];
}

export const int = (value: number): Attribute => ({ kind: 'int', value });
export const ints = (values: number[]): Attribute => ({ kind: 'ints', values });
export const float = (value: number): Attribute => ({ kind: 'float', value });
export const string = (value: string): Attribute => ({ kind: 'string', value });

export function floatTensor(name: string, dims: number[], data: Float32Array): Tensor {
  return { name, dims, type: 'float', data };
}

export function int64Tensor(name: string, values: number[]): Tensor {
  return { name, dims: [values.length], type: 'int64', data: BigInt64Array.from(values, BigInt) };
}
