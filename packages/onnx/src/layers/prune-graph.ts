import type { Graph } from '../graph.ts';

/** The graph without nodes and initializers that no output needs. */
export function pruneGraph(graph: Graph): Graph {
  const needed = new Set(graph.outputs.map(({ name }) => name));
  const nodes = graph.nodes
    .toReversed()
    .filter((node) => {
      if (!node.outputs.some((output) => needed.has(output))) return false;
      for (const input of node.inputs) needed.add(input);
      return true;
    })
    .reverse();
  return {
    ...graph,
    nodes,
    initializers: graph.initializers.filter(({ name }) => needed.has(name)),
  };
}
