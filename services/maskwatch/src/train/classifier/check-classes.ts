import { JudgedState } from '@maskwatch/contracts/mask-state';
import { Problem } from '@maskwatch/platform/problem';

/** Fewer tell nothing, and two of them would be the whole validation. */
const fewest = 10;

/**
 * The classes that are there, in the order of the product. Problems, each with what to do:
 * data-without-labels, data-one-class, data-few.
 */
export function checkedClasses(labels: readonly JudgedState[], data: string): JudgedState[] {
  const count = (state: JudgedState) => labels.filter((label) => label === state).length;
  const classes = JudgedState.options.filter((state) => count(state) > 0);
  const [first] = classes;
  if (first === undefined) {
    throw refused('data-without-labels', `No face of ${data} is labelled with a mask state.`, [
      'Put pictures into a folder per class (with_mask/, without_mask/), or say with --names what the classes are.',
    ]);
  }
  if (classes.length === 1) {
    throw refused(
      'data-one-class',
      `${data} has only the class ${first} (${count(first)} faces).`,
      [
        'A classifier needs at least two: add a folder with pictures of another class',
        '(mask, no_mask, incorrect), or map its name with --names.',
      ],
    );
  }
  const few = classes.filter((state) => count(state) < fewest);
  if (few.length > 0) {
    const which = few.map((state) => `${state} has ${count(state)}`).join(', ');
    throw refused('data-few', `${which}; each class needs at least ${fewest} pictures.`, [
      `Add pictures, or leave the class out with --names, for example --names NAME=ignore.`,
    ]);
  }
  return classes;
}

/** Every class is learned from and validated on. Problem data-alike where all of one look alike. */
export function checkSides(
  classes: readonly JudgedState[],
  labels: readonly JudgedState[],
  sides: { training: readonly number[]; validation: readonly number[] },
): void {
  for (const state of classes) {
    const has = (numbers: readonly number[]) => numbers.some((n) => labels[n] === state);
    if (has(sides.training) && has(sides.validation)) continue;
    const side = has(sides.training) ? 'to validate on' : 'to learn from';
    throw refused('data-alike', `No face of ${state} is left ${side}.`, [
      'Its pictures look alike or are of one series, and those never stand on both sides:',
      'add other pictures, or give --validation with pictures of each class.',
    ]);
  }
}

function refused(code: string, message: string, action: string[]): Problem {
  return new Problem(code, message, { action: action.join(' '), status: 422 });
}
