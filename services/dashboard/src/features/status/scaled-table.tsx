import type { ScaledStatus, WorkerStatus } from '@maskwatch/contracts/scaled';
import type { ReactNode } from 'react';
import { Chip } from '../../components/chip.tsx';
import { formatCount } from '../../lib/format.ts';
import { Ago } from '../live/ago.tsx';
import styles from './camera-table.module.css';
import { camerasOf } from './scaled-words.ts';

/** Who is there where the services run apart: hubs, ingests with their cameras, inference workers. */
export function ScaledTable({ scaled }: { scaled: ScaledStatus }) {
  return (
    <div className={styles.table}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a table that scrolls must be reachable by keyboard */}
      <section className={styles.scroll} tabIndex={0} aria-label="Services">
        <table>
          <thead>
            <tr>
              {['Service', 'Name', 'State', 'What it does', 'Version', 'Heard'].map((title) => (
                <th key={title} scope="col">
                  {title}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            <Hubs scaled={scaled} />
            <Ingests scaled={scaled} />
            <Workers scaled={scaled} />
          </tbody>
        </table>
      </section>
    </div>
  );
}

interface RowProps {
  service: string;
  process: { id: string; version: string; at: number };
  state: ReactNode;
  children: ReactNode;
}

function Row({ service, process: { id, version, at }, state, children }: RowProps) {
  return (
    <tr>
      <td>{service}</td>
      <th scope="row" className={styles.nowrap}>
        {id}
      </th>
      <td className={styles.nowrap}>{state}</td>
      <td className={styles.state}>{children}</td>
      <td className={styles.nowrap}>{version}</td>
      <td className={styles.nowrap}>
        <Ago at={at} />
      </td>
    </tr>
  );
}

/** Of a service that nobody runs: what is missing, and what to do. */
function Missing({ service, children }: { service: string; children: ReactNode }) {
  return (
    <tr>
      <td>{service}</td>
      <td>–</td>
      <td>
        <Chip tone="bad" icon="cross" loud>
          none
        </Chip>
      </td>
      <td colSpan={3}>{children}</td>
    </tr>
  );
}

function Hubs({ scaled: { hubs, hubId } }: { scaled: ScaledStatus }) {
  return (
    <>
      {hubs.every(({ active }) => !active) && (
        <Missing service="active hub">
          No hub that this one hears is active: nothing is ruled.
        </Missing>
      )}
      {hubs.map((hub) => (
        <Row
          key={hub.id}
          service="hub"
          process={hub}
          state={
            <Chip tone={hub.active ? 'good' : 'quiet'} icon={hub.active ? 'check' : 'pause'}>
              {hub.active ? 'active' : 'stands by'}
            </Chip>
          }
        >
          {hub.viewers} {hub.viewers === 1 ? 'viewer' : 'viewers'}
          {hub.id === hubId && ', shows this page'}
        </Row>
      ))}
    </>
  );
}

function Ingests({ scaled: { ingests } }: { scaled: ScaledStatus }) {
  return (
    <>
      {ingests.length === 0 && (
        <Missing service="ingest">Nobody watches a camera: start "maskwatch ingest".</Missing>
      )}
      {ingests.map((ingest) => (
        <Row key={ingest.id} service="ingest" process={ingest} state={<IngestState {...ingest} />}>
          {ingest.refused ?? camerasOf(ingest.owned)}
        </Row>
      ))}
    </>
  );
}

function IngestState({ refused, leaving }: { refused?: string | undefined; leaving: boolean }) {
  if (refused !== undefined) {
    return (
      <Chip tone="bad" icon="cross" loud>
        refused
      </Chip>
    );
  }
  return leaving ? (
    <Chip tone="quiet" icon="leave">
      leaves
    </Chip>
  ) : (
    <Chip tone="good" icon="check">
      there
    </Chip>
  );
}

function Workers({ scaled: { workers, queued } }: { scaled: ScaledStatus }) {
  return (
    <>
      {workers.length === 0 && (
        <Missing service="inference">
          {queued === undefined
            ? 'The frames Redis does not answer this hub.'
            : 'Nobody looks for faces: start "maskwatch inference".'}
        </Missing>
      )}
      {workers.map((worker) => (
        <Row
          key={worker.id}
          service="inference"
          process={worker}
          state={
            worker.fallback === undefined ? (
              <Chip tone="good" icon="check">
                on {worker.provider}
              </Chip>
            ) : (
              <Chip tone="warn" icon="warning" loud>
                falls back to {worker.provider}
              </Chip>
            )
          }
        >
          <Work worker={worker} />
        </Row>
      ))}
    </>
  );
}

function Work({ worker }: { worker: WorkerStatus }) {
  const { fallback, pictures, crops, failed, detectorMs, classifierMs } = worker;
  const done = [
    `${formatCount(pictures)} pictures`,
    `${formatCount(crops)} faces`,
    ...(failed > 0 ? [`${formatCount(failed)} failed`] : []),
    ...(detectorMs === undefined ? [] : [`detector ${detectorMs.toFixed(1)} ms`]),
    ...(classifierMs === undefined ? [] : [`classifier ${classifierMs.toFixed(1)} ms`]),
  ];
  return (
    <>
      {done.join(', ')}
      {fallback !== undefined && <p>{fallback}</p>}
    </>
  );
}
