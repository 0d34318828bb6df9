import { useQuery } from '@tanstack/react-query';
import { camerasQuery } from '../live/camera-queries.ts';

/** What people call a camera; its id where it is no longer configured. */
export function useCameraName(): (id: string) => string {
  const { data } = useQuery(camerasQuery);
  return (id) => data?.find((camera) => camera.id === id)?.name ?? id;
}
