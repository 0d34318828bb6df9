import type { Alert } from '@maskwatch/contracts/alert';
import { useState } from 'react';

/** What stands from the alert that was on top on; everything where it is no longer in the list. */
export function from(alerts: readonly Alert[], top: string | undefined): readonly Alert[] {
  const index = alerts.findIndex(({ id }) => id === top);
  return index === -1 ? alerts : alerts.slice(index);
}

/**
 * A list that does not move under the pointer: alerts that arrive while it is over the list wait
 * above it, counted, until the pointer leaves or asks for them.
 */
export function useCalmList(alerts: readonly Alert[]) {
  const [top, setTop] = useState<string>();
  const shown = from(alerts, top);
  return {
    shown,
    waiting: alerts.length - shown.length,
    release: () => setTop(undefined),
    watch: {
      onPointerEnter: () => setTop(alerts[0]?.id),
      onPointerLeave: () => setTop(undefined),
    },
  };
}
