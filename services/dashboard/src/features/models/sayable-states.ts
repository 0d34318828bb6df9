import type { UsableModel } from '@maskwatch/contracts/http';
import { JudgedState } from '@maskwatch/contracts/mask-state';
import { useQuery } from '@tanstack/react-query';
import { statusQuery } from '../status/status-queries.ts';

/** The mask states among a model's classes. */
export function statesOf({ classes }: Pick<UsableModel, 'classes'>): JudgedState[] {
  return JudgedState.options.filter((state) => classes.includes(state));
}

/** What cannot be said, of what can; nothing where that is not known. */
export function unsayableOf(states: readonly JudgedState[] = []): JudgedState[] {
  return states.length === 0 ? [] : JudgedState.options.filter((state) => !states.includes(state));
}

/** The states that the running models cannot say. */
export function useUnsayable(): JudgedState[] {
  const { data: status } = useQuery(statusQuery);
  return unsayableOf(status?.states);
}
