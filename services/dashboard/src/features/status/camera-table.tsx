import type { Camera } from '@maskwatch/contracts/camera';
import { Link } from '@tanstack/react-router';
import { formatCount, formatShare } from '../../lib/format.ts';
import { Ago } from '../live/ago.tsx';
import { CameraState } from '../live/camera-state.tsx';
import { wordsOfCamera } from '../live/camera-words.ts';
import styles from './camera-table.module.css';

const columns = [
  ['received', 'complete frames from the decoder'],
  ['judged', 'frames on which faces were looked for'],
  ['replaced', 'waiting frames that a newer one replaced'],
  ['late', 'observations older than 2 s when done'],
  ['lost', 'frames whose inference never answered'],
  ['discarded', 'frames of a backlog thrown away'],
  ['starts', 'times that the decoder was started'],
] as const;

/** Every camera with its cause, the age of what is known of it, and what became of its frames. */
export function CameraTable({ cameras }: { cameras: readonly Camera[] }) {
  return (
    <div className={styles.table}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a table that scrolls must be reachable by keyboard */}
      <section className={styles.scroll} tabIndex={0} aria-label="Cameras">
        <table>
          <thead>
            <tr>
              <th scope="col">Camera</th>
              <th scope="col">State</th>
              <th scope="col">Age</th>
              <th scope="col">Last judged</th>
              <th scope="col">Coverage</th>
              {columns.map(([name, meaning]) => (
                <th key={name} scope="col" className={styles.number} title={meaning}>
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {cameras.map((camera) => (
              <CameraRow key={camera.id} camera={camera} />
            ))}
          </tbody>
        </table>
      </section>
    </div>
  );
}

function CameraRow({ camera }: { camera: Camera }) {
  const { sentence } = wordsOfCamera(camera);
  return (
    <tr>
      <th scope="row">
        <Link to="/cameras/$id" params={{ id: camera.id }}>
          {camera.name}
        </Link>
      </th>
      <td className={styles.state}>
        <CameraState camera={camera} />
        {sentence !== undefined && <p>{sentence}</p>}
      </td>
      <td className={styles.nowrap}>
        {camera.ageMs === undefined ? '–' : `${Math.round(camera.ageMs)} ms`}
      </td>
      <td className={styles.nowrap}>
        {camera.lastJudgedAt === undefined ? 'never' : <Ago at={camera.lastJudgedAt} />}
      </td>
      <td className={styles.nowrap}>{formatShare(camera.coverage)}</td>
      {columns.map(([name]) => (
        <td key={name} className={styles.number}>
          {formatCount(camera.counters[name])}
        </td>
      ))}
    </tr>
  );
}
