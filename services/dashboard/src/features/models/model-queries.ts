import {
  type BrokenModel,
  ModelCard,
  ModelList,
  type UsableModel,
} from '@maskwatch/contracts/http';
import { queryOptions } from '@tanstack/react-query';
import { call } from '../../lib/api.ts';

/** Folders change when somebody trains or imports; what runs changes with a start only. */
export const modelsQuery = queryOptions({
  queryKey: ['models'],
  queryFn: async () => (await call('/models', ModelList)).models,
  staleTime: 10_000,
});

/** The text of a model's card; undefined where it has none. */
export const cardQuery = (name: string) =>
  queryOptions({
    queryKey: ['models', name, 'card'],
    queryFn: async () =>
      (await call(`/models/${encodeURIComponent(name)}`, ModelCard)).card ?? null,
    staleTime: 60_000,
  });

export function isUsable(model: UsableModel | BrokenModel): model is UsableModel {
  return !('problem' in model);
}
