import type { Alert } from '@maskwatch/contracts/alert';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useShortcuts } from '../../lib/shortcuts.ts';
import { acknowledge, dismissUnclear, dismissWrong, useHandling } from './use-handling.ts';

/** The alert `step` places further down the list; the first one when none was marked. */
export function neighbour(alerts: readonly Alert[], from: string | undefined, step: number) {
  const index = alerts.findIndex(({ id }) => id === from);
  return index === -1 ? alerts[0] : alerts[index + step];
}

export interface AlertKeysOptions {
  alerts: readonly Alert[];
  openId: string | undefined;
  /** Loads what comes after the last alert, where there is more. */
  more: () => void;
}

/** Keys of the alerts page. The answer is the id of the alert that they act on. */
export function useAlertKeys({ alerts, openId, more }: AlertKeysOptions) {
  const navigate = useNavigate();
  const handling = useHandling();
  const [cursor, setCursor] = useState<string>();
  const marked = openId ?? cursor;

  const open = (id: string, replace: boolean) =>
    void navigate({ to: '/alerts/$id', params: { id }, search: true, replace });
  const move = (step: number) => {
    const next = neighbour(alerts, marked, step);
    if (next === undefined) {
      if (step > 0) more();
      return;
    }
    setCursor(next.id);
    if (openId !== undefined) open(next.id, true);
  };
  const handle = (body: Parameters<typeof handling.mutate>[0]['body']) => {
    if (marked !== undefined) handling.mutate({ id: marked, body });
  };

  const openMarked = () => {
    if (marked !== undefined && openId === undefined) open(marked, false);
  };
  const close = () => {
    if (openId === undefined) return;
    setCursor(openId);
    void navigate({ to: '/alerts', search: true });
  };

  useShortcuts({
    j: () => move(1),
    k: () => move(-1),
    a: () => handle(acknowledge),
    w: () => handle(dismissWrong),
    u: () => handle(dismissUnclear),
    Enter: openMarked,
    Escape: close,
  });
  return marked;
}
