import { useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useEffect, useState } from 'react';
import { AlarmSound } from '../features/alerts/alarm-sound.ts';
import { AlertContext } from '../features/alerts/alert-context.ts';
import { AlertFeed } from '../features/alerts/alert-feed.ts';
import {
  applyChange,
  changesAfter,
  newAlertsQuery,
  reloadAlerts,
} from '../features/alerts/alert-queries.ts';
import { Arrivals } from '../features/alerts/arrivals.ts';
import { camerasQuery } from '../features/live/camera-queries.ts';
import { LiveConnection } from '../features/live/live-connection.ts';
import { LiveContext } from '../features/live/live-context.ts';
import { sessionQuery } from '../features/session/session-queries.ts';

const retryMs = 1000;

/** Joins the socket to what is shown: cameras, alerts, sound. One for the whole page. */
export function LiveRoom({ children }: { children: ReactNode }) {
  const client = useQueryClient();
  const [live] = useState(() => new LiveConnection());
  const [services] = useState(() => ({ sound: new AlarmSound(), arrivals: new Arrivals() }));

  useEffect(() => {
    const feed = new AlertFeed({
      start: () => client.fetchQuery({ ...newAlertsQuery, staleTime: 0 }),
      changesAfter,
      apply: (alerts) => {
        for (const alert of alerts) applyChange(client, alert);
      },
      reload: () => void reloadAlerts(client),
      announce: (alerts) => {
        services.arrivals.add(alerts);
        services.sound.play();
      },
      now: () => live.clock.now(),
      retry: (again) => setTimeout(again, retryMs),
    });
    return live.start({
      connected: () => {
        void feed.catchUp();
        void client.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] !== 'alerts' });
      },
      refused: () => void client.invalidateQueries({ queryKey: sessionQuery.queryKey }),
      alert: (alert, follows) => feed.receive(alert, follows),
      cameras: (cameras) => client.setQueryData(camerasQuery.queryKey, cameras),
    });
  }, [client, live, services]);

  return (
    <LiveContext value={live}>
      <AlertContext value={services}>{children}</AlertContext>
    </LiveContext>
  );
}
