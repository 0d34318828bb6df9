import { formatAgo, formatDate } from '../../lib/format.ts';
import { useBeat } from '../../lib/now.ts';
import { useLive } from './live-context.ts';

/** How long ago something was, by the service's clock; the full date on hover. */
export function Ago({ at }: { at: number }) {
  useBeat();
  const live = useLive();
  return (
    <time dateTime={new Date(at).toISOString()} title={formatDate(at)}>
      {formatAgo(live.clock.now() - at)}
    </time>
  );
}
