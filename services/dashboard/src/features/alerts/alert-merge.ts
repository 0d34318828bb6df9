import type { Alert } from '@maskwatch/contracts/alert';
import type { AlertPage } from '@maskwatch/contracts/http';
import { type AlertFilter, matches } from './alert-filter.ts';

/** The later change of two of the same alert. */
function later(held: Alert, change: Alert): Alert {
  return change.sequence > held.sequence ? change : held;
}

/**
 * Pages of a list, newest first, with a changed alert in its place. One that no longer matches the
 * filter stays where it is, changed: a row must not vanish under the hand that just handled it.
 */
export function mergeIntoPages(
  pages: readonly AlertPage[],
  change: Alert,
  filter: AlertFilter,
): AlertPage[] {
  const held = pages.some((page) => page.alerts.some(({ id }) => id === change.id));
  if (held) {
    return pages.map((page) => ({
      ...page,
      alerts: page.alerts.map((alert) => (alert.id === change.id ? later(alert, change) : alert)),
    }));
  }
  if (!matches(change, filter)) return [...pages];
  return insertByTime(pages, change);
}

function insertByTime(pages: readonly AlertPage[], change: Alert): AlertPage[] {
  const { startedAt } = change.violation;
  const isAfter = (alert: Alert) => alert.violation.startedAt <= startedAt;
  const target = pages.findIndex((page) => page.alerts.some(isAfter));
  // Older than all that is loaded: it belongs to a page that has not been asked for.
  if (target === -1 && pages.some((page) => page.alerts.length > 0)) return [...pages];
  return pages.map((page, index) => {
    if (index !== Math.max(0, target)) return page;
    const at = page.alerts.findIndex(isAfter);
    const place = at === -1 ? page.alerts.length : at;
    return { ...page, alerts: page.alerts.toSpliced(place, 0, change) };
  });
}

/** The alerts that are new, with one changed: it joins, changes or leaves, and the count follows. */
export function mergeIntoNew(page: AlertPage, change: Alert): AlertPage {
  const held = page.alerts.find(({ id }) => id === change.id);
  if (held === undefined && change.handling === 'new') {
    const [merged] = insertByTime([page], change);
    return { ...(merged ?? page), newCount: page.newCount + 1 };
  }
  if (held === undefined || change.sequence <= held.sequence) return page;
  const alerts = page.alerts.flatMap((alert) => {
    if (alert.id !== change.id) return [alert];
    return change.handling === 'new' ? [change] : [];
  });
  const left = page.alerts.length - alerts.length;
  return { ...page, alerts, newCount: page.newCount - left };
}
