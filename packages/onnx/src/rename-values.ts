import type { Graph } from './graph.ts';

/** The same graph with every value and node under another name; left out inputs stay so. */
export function renameValues(graph: Graph, rename: (name: string) => string): Graph {
  const renamed = (name: string) => (name === '' ? '' : rename(name));
  const named = <T extends { name: string }>(value: T): T => ({
    ...value,
    name: rename(value.name),
  });
  return {
    ...graph,
    nodes: graph.nodes.map((node) => ({
      ...named(node),
      inputs: node.inputs.map(renamed),
      outputs: node.outputs.map(renamed),
    })),
    initializers: graph.initializers.map(named),
    inputs: graph.inputs.map(named),
    outputs: graph.outputs.map(named),
  };
}

/**
 * Puts `prefix` before the names of a network of another maker, so that none meets those that are
 * put before and behind it here.
 */
export function withPrefix(graph: Graph, prefix: string): Graph {
  return renameValues(graph, (name) => `${prefix}${name}`);
}
