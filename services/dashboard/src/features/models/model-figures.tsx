import { figureName, figureValue } from './figure-words.ts';
import styles from './model-figures.module.css';

interface Group {
  /** What the figures below were measured on. */
  on?: string;
  figures: [name: string, value: number][];
}

/** Measured figures under what they were measured on, in the order of model.json. */
export function ModelFigures({ measured }: { measured: Record<string, number | string> }) {
  const groups = groupsOf(measured);
  if (groups.length === 0) {
    return (
      <p className={styles.none}>
        Nothing was measured. <code>maskwatch evaluate</code> measures it on labelled pictures.
      </p>
    );
  }
  return groups.map(({ on, figures }) => (
    <div key={on ?? ''} className={styles.group}>
      {on !== undefined && <p>{on}</p>}
      {figures.length > 0 && (
        <table aria-label={on ?? 'Measured figures'}>
          <tbody>
            {figures.map(([name, value]) => (
              <tr key={name}>
                <th scope="row">{figureName(name)}</th>
                <td>{figureValue(value)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </div>
  ));
}

function groupsOf(measured: Record<string, number | string>): Group[] {
  const groups: Group[] = [];
  for (const [name, value] of Object.entries(measured)) {
    if (typeof value === 'string')
      groups.push({ on: `${figureName(name)}: ${value}`, figures: [] });
    else if (groups.length === 0) groups.push({ figures: [[name, value]] });
    else groups.at(-1)!.figures.push([name, value]);
  }
  return groups;
}
