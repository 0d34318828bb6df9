import type { BrokenModel, UsableModel } from '@maskwatch/contracts/http';
import { JudgedState } from '@maskwatch/contracts/mask-state';
import { useQuery } from '@tanstack/react-query';
import { isUsable, modelsQuery } from './model-queries.ts';

/** The mask states among a model's classes. */
export function statesOf({ classes }: Pick<UsableModel, 'classes'>): JudgedState[] {
  return JudgedState.options.filter((state) => classes.includes(state));
}

/** The states that no running model can say; none where it is not known what runs. */
export function unsayableStates(models: readonly (UsableModel | BrokenModel)[]): JudgedState[] {
  const running = models.filter(isUsable).filter((model) => model.running);
  const judge = running.find(({ task }) => task === 'classifier') ?? running[0];
  const said = judge === undefined ? [] : statesOf(judge);
  return said.length === 0 ? [] : JudgedState.options.filter((state) => !said.includes(state));
}

export function useUnsayable(): JudgedState[] {
  const { data = [] } = useQuery(modelsQuery);
  return unsayableStates(data);
}
