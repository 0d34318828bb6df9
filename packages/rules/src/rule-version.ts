import type { RuleConfig, ZoneConfig } from '@maskwatch/contracts/config';

/**
 * Says which rule a violation broke: equal for equal rules (and the zones they name), whatever the
 * order of their keys. FNV-1a, 32 bits, of the canonical text; it names, it does not protect.
 */
export function ruleVersion(rule: RuleConfig, zones: ZoneConfig[]): string {
  const named = zones.filter(({ id }) => rule.zones?.includes(id));
  const text = canonical({ rule, zones: named });
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193) >>> 0;
  }
  return hash.toString(16).padStart(8, '0');
}

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value) ?? 'null';
  const entries = Object.entries(value).filter(([, inner]) => inner !== undefined);
  entries.sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, inner]) => `${JSON.stringify(key)}:${canonical(inner)}`).join(',')}}`;
}
