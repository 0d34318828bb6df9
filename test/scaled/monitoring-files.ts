/** What Prometheus and Grafana are given, as the tests read it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

const deploy = join(import.meta.dirname, '../../deploy');

export interface PanelQuery {
  panel: string;
  expr: string;
}

interface Panel {
  title: string;
  targets?: { expr: string }[];
}

export interface AlertRule {
  alert: string;
  expr: string;
}

/** Of every panel, with what Grafana puts in for its variables when all cameras are chosen. */
export function panelQueries(): PanelQuery[] {
  const { panels } = readJson<{ panels: Panel[] }>('grafana/dashboards/maskwatch.json');
  return panels.flatMap(({ title, targets = [] }) =>
    targets.map(({ expr }) => ({
      panel: title,
      // Four scrapes, as Grafana takes it.
      expr: expr.replaceAll('$__rate_interval', '20s').replaceAll('$camera', '.*'),
    })),
  );
}

export function alertRules(): AlertRule[] {
  const { groups } = readYaml<{ groups: { rules: AlertRule[] }[] }>('alerts.yml');
  return groups.flatMap(({ rules }) => rules);
}

export function readYaml<T>(name: string): T {
  return parse(readFileSync(join(deploy, name), 'utf8')) as T;
}

export function readJson<T>(name: string): T {
  return JSON.parse(readFileSync(join(deploy, name), 'utf8')) as T;
}
