import type { Alert } from '@maskwatch/contracts/alert';
import { useQuery } from '@tanstack/react-query';
import { createContext, useContext, useMemo, useSyncExternalStore } from 'react';
import type { AlarmSound } from './alarm-sound.ts';
import { newAlertsQuery } from './alert-queries.ts';
import type { Arrivals } from './arrivals.ts';

export interface AlertServices {
  sound: AlarmSound;
  arrivals: Arrivals;
}

export const AlertContext = createContext<AlertServices | undefined>(undefined);

export function useAlertServices(): AlertServices {
  const services = useContext(AlertContext);
  if (services === undefined) throw new Error('used outside of the alert provider');
  return services;
}

const none: Alert[] = [];

/** The alerts that nobody has handled, newest first, and how many there are in all. */
export function useNewAlerts(): { alerts: Alert[]; count: number } {
  const { data } = useQuery(newAlertsQuery);
  return { alerts: data?.alerts ?? none, count: data?.newCount ?? 0 };
}

/** The tracks of one camera that a firing alert is about. */
export function useAlertingTracks(cameraId: string): ReadonlySet<string> {
  const { alerts } = useNewAlerts();
  return useMemo(() => {
    const firing = alerts.filter(
      ({ condition, violation }) => condition === 'firing' && violation.cameraId === cameraId,
    );
    return new Set(firing.flatMap(({ violation }) => violation.trackId ?? []));
  }, [alerts, cameraId]);
}

/** Alerts that have just arrived and were not looked at. */
export function useArrivals(): readonly Alert[] {
  const { arrivals } = useAlertServices();
  return useSyncExternalStore(arrivals.subscribe, arrivals.list);
}
