import { MaskState } from '@maskwatch/contracts/mask-state';
import { looks } from '../../components/mask-state-look.ts';

export interface RuleStatesProps {
  states: readonly string[];
  /** What the model in use cannot say: of these the rule never fires. */
  unsayable: readonly string[];
}

/** The states of a rule, those struck out that cannot come. */
export function RuleStates({ states, unsayable }: RuleStatesProps) {
  return states.map((state, index) => (
    <span key={state}>
      {index > 0 && ', '}
      {unsayable.includes(state) ? (
        <>
          <s>{wordOf(state)}</s> (the model in use cannot say it)
        </>
      ) : (
        wordOf(state)
      )}
    </span>
  ));
}

function wordOf(state: string): string {
  const known = MaskState.safeParse(state);
  return known.success ? looks[known.data].word : state;
}
