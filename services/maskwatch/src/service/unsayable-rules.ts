import type { Config } from '@maskwatch/contracts/config';
import type { JudgedState } from '@maskwatch/contracts/mask-state';

/**
 * Rules that ask for a state which the running models never say, each as a sentence that begins
 * with its place in the config. No fault: another model may say it tomorrow.
 */
export function unsayableRules(
  rules: Pick<Config['rules'][number], 'states'>[],
  said: readonly JudgedState[],
): string[] {
  return rules.flatMap(({ states }, n) => {
    const idle = states.every((state) => !said.includes(state));
    const then = idle ? 'so it never fires' : 'so it fires for its other states only';
    return states.flatMap((state, k) =>
      said.includes(state)
        ? []
        : [`rules[${n}].states[${k}]: the models cannot say ${state}, ${then}`],
    );
  });
}
