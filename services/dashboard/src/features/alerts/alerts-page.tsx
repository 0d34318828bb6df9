import { useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi, Outlet, useNavigate, useParams } from '@tanstack/react-router';
import { EmptyNotice } from '../../components/empty-notice.tsx';
import { Icon } from '../../components/icon.tsx';
import { ProblemNotice } from '../../components/problem-notice.tsx';
import { AlertFilters } from './alert-filters.tsx';
import { alertsQuery } from './alert-queries.ts';
import { AlertRow } from './alert-row.tsx';
import styles from './alerts-page.module.css';
import { useAlertKeys } from './use-alert-keys.ts';
import { useCalmList } from './use-calm-list.ts';

const route = getRouteApi('/alerts');

/** The list beside the open alert; on a phone one or the other. */
export function AlertsPage() {
  const filter = route.useSearch();
  const navigate = useNavigate();
  const { id: openId } = useParams({ strict: false });
  const list = useInfiniteQuery(alertsQuery(filter));
  const alerts = list.data?.pages.flatMap((page) => page.alerts) ?? [];
  const calm = useCalmList(alerts);
  const more = () => {
    if (list.hasNextPage && !list.isFetchingNextPage) void list.fetchNextPage();
  };
  const marked = useAlertKeys({ alerts: calm.shown, openId, more });
  const filtered = Object.keys(filter).length > 0;
  return (
    <div className={styles.page} data-open={openId !== undefined}>
      <section className={styles.list} aria-label="Alerts">
        <h1 className={styles.title}>Alerts</h1>
        <AlertFilters
          filter={filter}
          change={(search) => void navigate({ to: '/alerts', search, replace: true })}
        />
        <div className={styles.rows} {...calm.watch}>
          {calm.waiting > 0 && (
            <button type="button" className={styles.waiting} onClick={calm.release}>
              <Icon name="bell" /> {calm.waiting} new above
            </button>
          )}
          {list.error !== null && (
            <ProblemNotice error={list.error} retry={() => void list.refetch()} />
          )}
          <ol>
            {calm.shown.map((alert) => (
              <AlertRow key={alert.id} alert={alert} marked={alert.id === marked} />
            ))}
          </ol>
          {list.isSuccess && alerts.length === 0 && <NoAlerts filtered={filtered} />}
          {list.hasNextPage && (
            <button
              type="button"
              className={styles.older}
              disabled={list.isFetchingNextPage}
              onClick={more}
            >
              Show older alerts
            </button>
          )}
        </div>
      </section>
      <section className={styles.detail} aria-label="Open alert">
        <Outlet />
      </section>
    </div>
  );
}

function NoAlerts({ filtered }: { filtered: boolean }) {
  return filtered ? (
    <EmptyNotice icon="bell" title="No alert matches the filter">
      Set camera, rule and handling to “all” to see every alert that is kept.
    </EmptyNotice>
  ) : (
    <EmptyNotice icon="bell" title="No alerts yet">
      An alert appears here as soon as somebody breaks a rule for as long as its hold. If you expect
      one, open the camera: the trace of each track says what is missing.
    </EmptyNotice>
  );
}

/** Beside the list, while no alert is open. */
export function NoAlertOpen() {
  return (
    <div className={styles.hint}>
      <p>Choose an alert, or use the keys:</p>
      <p>
        <kbd>j</kbd> <kbd>k</kbd> next and previous · <kbd>Enter</kbd> open
      </p>
      <p>
        <kbd>a</kbd> acknowledge · <kbd>w</kbd> dismiss as wrong · <kbd>u</kbd> dismiss as unclear
      </p>
    </div>
  );
}
