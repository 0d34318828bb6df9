import { configSchema, type SchemaNode } from './schema-faults.ts';

/** Keys that may come from a file instead: the one or the other is there. */
function orFromFile(node: SchemaNode): void {
  const names = Object.keys(node.properties ?? {});
  const pairs = names.filter((name) => names.includes(`${name}File`));
  for (const name of pairs.filter((name) => node.required?.includes(name))) {
    node.required = (node.required ?? []).filter((other) => other !== name);
    node.anyOf = [{ required: [name] }, { required: [`${name}File`] }];
  }
  for (const child of Object.values(node.properties ?? {})) orFromFile(child);
  if (node.items) orFromFile(node.items);
}

/** Numbers may be written as "${NAME}", too. */
function orFromEnvironment(node: SchemaNode): SchemaNode {
  const properties = Object.entries(node.properties ?? {}).map(([key, child]) => [
    key,
    orFromEnvironment(child),
  ]);
  const next: SchemaNode = { ...node };
  if (properties.length > 0) next.properties = Object.fromEntries(properties);
  if (node.items) next.items = orFromEnvironment(node.items);
  const isValue = ['number', 'integer', 'boolean'].includes(String(node.type));
  const isText =
    node.type === 'string' && (node.pattern !== undefined || node.format !== undefined);
  if (!isValue && !isText) return next;
  const { default: preset, ...value } = next;
  const either: SchemaNode = { anyOf: [value, { type: 'string', pattern: '\\$\\{\\w+\\}' }] };
  return preset === undefined ? either : { ...either, default: preset };
}

/** The text of config/maskwatch.schema.json. */
export function editorSchema(): string {
  const schema = configSchema();
  orFromFile(schema);
  const { $schema, ...rest } = orFromEnvironment(schema);
  return `${JSON.stringify({ $schema, title: 'maskwatch config', ...rest }, null, 2)}\n`;
}
