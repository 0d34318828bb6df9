import { CameraDetail, CameraList } from '@maskwatch/contracts/http';
import { queryOptions } from '@tanstack/react-query';
import { call } from '../../lib/api.ts';

/** All cameras; the socket keeps it up to date once a second. */
export const camerasQuery = queryOptions({
  queryKey: ['cameras'],
  queryFn: async () => (await call('/cameras', CameraList)).cameras,
});

/** One camera with the traces of its tracks, asked for once a second while it is looked at. */
export const cameraQuery = (id: string) =>
  queryOptions({
    queryKey: ['camera', id],
    queryFn: () => call(`/cameras/${encodeURIComponent(id)}`, CameraDetail),
    refetchInterval: 1000,
  });
