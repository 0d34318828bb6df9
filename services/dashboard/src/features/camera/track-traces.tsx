import { faceSize } from '@maskwatch/contracts/box';
import type { Track } from '@maskwatch/contracts/observation';
import type { Trace } from '@maskwatch/contracts/violation';
import { MaskStateMark } from '../../components/mask-state-mark.tsx';
import { TraceList } from '../../components/trace-list.tsx';
import { detailOf, nameOf } from '../../components/trace-words.ts';
import styles from './track-traces.module.css';

export interface TrackTracesProps {
  traces: readonly Trace[];
  tracks: readonly Track[];
  smallestJudged: number;
}

/** Why each track does or does not fire: the first condition that does not hold is the answer. */
export function TrackTraces({ traces, tracks, smallestJudged }: TrackTracesProps) {
  return (
    <section className={styles.traces} aria-label="Traces">
      <h2>Tracks, and why they do or do not fire</h2>
      {traces.length === 0 && (
        <p>
          {tracks.length === 0
            ? 'Nobody is in the picture.'
            : 'No rule looks at these tracks. Add a rule to the config.'}
        </p>
      )}
      {traces.map((trace) => (
        <TrackTrace
          key={`${trace.trackId} ${trace.ruleId}`}
          trace={trace}
          track={tracks.find(({ id }) => id === trace.trackId)}
          smallestJudged={smallestJudged}
        />
      ))}
    </section>
  );
}

interface TrackTraceProps {
  trace: Trace;
  track: Track | undefined;
  smallestJudged: number;
}

function TrackTrace({ trace, track, smallestJudged }: TrackTraceProps) {
  const failing = trace.conditions.find(({ holds }) => !holds);
  const size = track === undefined ? undefined : Math.round(faceSize(track.box));
  return (
    <details className={styles.trace}>
      <summary>
        <code>{trace.trackId.slice(0, 6)}</code>
        <MaskStateMark state={track?.state ?? 'unknown'} />
        <span>{trace.ruleId}</span>
        <span className={styles.answer} data-fires={failing === undefined}>
          {failing === undefined ? 'fires' : `${nameOf(failing)}: ${detailOf(failing)}`}
        </span>
      </summary>
      <TraceList trace={trace} />
      {size !== undefined && track !== undefined && (
        <p>
          Face of {size} pixels (judged from {smallestJudged}), {track.looks} looks
          {Object.entries(track.probabilities).map(
            ([state, share]) => `, ${state.replace('_', ' ')} ${Math.round(share * 100)} %`,
          )}
        </p>
      )}
    </details>
  );
}
