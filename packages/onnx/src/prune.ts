import type { Graph, Value } from './graph.ts';

/** The graph with these outputs only, without nodes and weights that nothing needs any more. */
export function withOutputs(graph: Graph, outputs: Value[]): Graph {
  const makers = new Map(
    graph.nodes.flatMap((node) => node.outputs.map((name) => [name, node] as const)),
  );
  const needed = new Set<string>();
  const open = outputs.map(({ name }) => name);
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (needed.has(name)) continue;
    needed.add(name);
    open.push(...(makers.get(name)?.inputs ?? []));
  }
  return {
    ...graph,
    nodes: graph.nodes.filter((node) => node.outputs.some((name) => needed.has(name))),
    initializers: graph.initializers.filter(({ name }) => needed.has(name)),
    outputs,
  };
}
