import type { Camera } from '@maskwatch/contracts/camera';
import { Fact } from '../../components/fact.tsx';
import { formatCount, formatDate, formatShare, formatSpan } from '../../lib/format.ts';
import { useLive } from '../live/live-context.ts';
import styles from './camera-facts.module.css';

/** What is known of a camera, in numbers. */
export function CameraFacts({ camera }: { camera: Camera }) {
  const live = useLive();
  const { counters } = camera;
  const lastJudged =
    camera.lastJudgedAt === undefined
      ? 'never'
      : `${formatSpan(live.clock.now() - camera.lastJudgedAt)} ago`;
  return (
    <aside className={styles.facts} aria-label="Facts">
      <h2>Camera</h2>
      <dl>
        <Fact name="Id">{camera.id}</Fact>
        <Fact name="Kind">{camera.kind}</Fact>
        <Fact name="Since">{formatDate(camera.since)}</Fact>
        <Fact name="Picture">
          {camera.width === undefined ? 'not known yet' : `${camera.width} × ${camera.height}`}
        </Fact>
        <Fact name="Rate">{camera.rate} a second</Fact>
        <Fact name="Judged">{lastJudged}</Fact>
        <Fact name="Age">
          {camera.ageMs === undefined ? '–' : `${Math.round(camera.ageMs)} ms`}
        </Fact>
        <Fact name="Coverage">{formatShare(camera.coverage)} of the last hour</Fact>
      </dl>
      <h2>Smallest face</h2>
      <dl>
        <Fact name="Found">
          {camera.smallestFound === undefined ? '–' : `${Math.round(camera.smallestFound)} pixels`}
        </Fact>
        <Fact name="Judged">{Math.round(camera.smallestJudged)} pixels</Fact>
      </dl>
      <h2>Frames</h2>
      <dl>
        <Fact name="Received">{formatCount(counters.received)}</Fact>
        <Fact name="Judged">{formatCount(counters.judged)}</Fact>
        <Fact name="Replaced">{formatCount(counters.replaced)}</Fact>
        <Fact name="Late">{formatCount(counters.late)}</Fact>
        <Fact name="Lost">{formatCount(counters.lost)}</Fact>
        <Fact name="Discarded">{formatCount(counters.discarded)}</Fact>
        <Fact name="Starts">{formatCount(counters.starts)}</Fact>
      </dl>
    </aside>
  );
}
