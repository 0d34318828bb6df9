import type { Alert, Handling } from '@maskwatch/contracts/alert';

/** What of the alerts is shown; kept in the address of the page. */
export interface AlertFilter {
  camera?: string;
  rule?: string;
  handling?: Handling;
}

const handlings: readonly string[] = ['new', 'acknowledged', 'dismissed'] satisfies Handling[];

/** The filter in an address that anybody may have typed: what is not understood is left out. */
export function readFilter(search: Record<string, unknown>): AlertFilter {
  const filter: AlertFilter = {};
  if (typeof search.camera === 'string' && search.camera !== '') filter.camera = search.camera;
  if (typeof search.rule === 'string' && search.rule !== '') filter.rule = search.rule;
  if (typeof search.handling === 'string' && handlings.includes(search.handling)) {
    filter.handling = search.handling as Handling;
  }
  return filter;
}

export function matches(alert: Alert, filter: AlertFilter): boolean {
  const { violation, handling } = alert;
  return (
    (filter.camera === undefined || filter.camera === violation.cameraId) &&
    (filter.rule === undefined || filter.rule === violation.ruleId) &&
    (filter.handling === undefined || filter.handling === handling)
  );
}
