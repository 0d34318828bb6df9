import { layerProblem, short } from './layer-problem.ts';

export type JsonObject = Record<string, unknown>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The settings of one layer, read with a Problem that names layer and setting. */
export class LayerConfig {
  readonly place: string;
  readonly #values: JsonObject;

  constructor(place: string, values: JsonObject) {
    this.place = place;
    this.#values = values;
  }

  /** The bare value; undefined where it is absent or null. */
  get(key: string): unknown {
    return Object.hasOwn(this.#values, key) ? (this.#values[key] ?? undefined) : undefined;
  }

  problem(key: string, what: string): Error {
    return layerProblem(this.place, `${key} ${what}`);
  }

  number(key: string, standard?: number): number {
    const value = this.get(key) ?? standard;
    if (typeof value !== 'number' || !Number.isFinite(value)) {
      throw this.problem(key, `is ${told(value)}, not a number`);
    }
    return value;
  }

  flag(key: string, standard: boolean): boolean {
    const value = this.get(key) ?? standard;
    if (typeof value !== 'boolean') throw this.problem(key, `is ${told(value)}, not true or false`);
    return value;
  }

  /** A word, without regard to capitals and underscores: writers differ in them. */
  word(key: string, standard: string): string {
    const value = this.get(key) ?? standard;
    if (typeof value !== 'string') throw this.problem(key, `is ${told(value)}, not a word`);
    return value.replaceAll('_', '').toLowerCase();
  }

  /** A whole number from 1 to a million. */
  count(key: string, standard?: number): number {
    return this.#count(key, this.get(key) ?? standard);
  }

  /** A size of rows and columns, both at least 1; one number stands for both. */
  pair(key: string, standard?: [number, number]): [number, number] {
    const value = this.get(key) ?? standard;
    const [height, width, ...more] = Array.isArray(value) ? value : [value, value];
    if (more.length > 0) throw this.problem(key, `is ${told(value)}, not two numbers`);
    return [this.#count(key, height), this.#count(key, width)];
  }

  #count(key: string, value: unknown): number {
    if (typeof value !== 'number' || !Number.isInteger(value) || value < 1 || value > 1e6) {
      throw this.problem(key, `is ${told(value)}, not a whole number from 1 to a million`);
    }
    return value;
  }
}

/** A value in a message. */
export function told(value: unknown): string {
  return value === undefined ? 'missing' : short(JSON.stringify(value) ?? String(value));
}
