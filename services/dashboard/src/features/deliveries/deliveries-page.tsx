import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { EmptyNotice } from '../../components/empty-notice.tsx';
import { ProblemNotice } from '../../components/problem-notice.tsx';
import styles from './deliveries-page.module.css';
import { deliveriesQuery, endpointsQuery } from './delivery-queries.ts';
import { DeliveryRow } from './delivery-row.tsx';
import { EndpointCard } from './endpoint-card.tsx';

const route = getRouteApi('/deliveries');
const example = `endpoints:
  webhooks:
    - id: control-room
      url: https://example.org/hooks/maskwatch
      secret: whsec_…`;

/** Where alerts go, and how each delivery fared. */
export function DeliveriesPage() {
  const search = route.useSearch();
  const navigate = useNavigate();
  const endpoints = useQuery(endpointsQuery);
  const deliveries = useQuery(deliveriesQuery(search));
  const filtered = search.endpoint !== undefined || search.alert !== undefined;
  return (
    <div className={styles.page}>
      <h1>Deliveries</h1>
      {endpoints.error !== null && <ProblemNotice error={endpoints.error} />}
      {endpoints.data?.length === 0 && (
        <EmptyNotice icon="send" title="No endpoint is configured">
          <p>Alerts are shown here only. To send them to another system, add to the config:</p>
          <pre>{example}</pre>
        </EmptyNotice>
      )}
      <div className={styles.endpoints}>
        {endpoints.data?.map((endpoint) => (
          <EndpointCard
            key={endpoint.id}
            endpoint={endpoint}
            chosen={search.endpoint === endpoint.id}
            choose={(endpoint) =>
              void navigate({
                to: '/deliveries',
                search: endpoint === undefined ? {} : { endpoint },
              })
            }
          />
        ))}
      </div>
      {search.alert !== undefined && (
        <p>
          Deliveries of{' '}
          <Link to="/alerts/$id" params={{ id: search.alert }}>
            one alert
          </Link>{' '}
          · <Link to="/deliveries">show all</Link>
        </p>
      )}
      {deliveries.error !== null && <ProblemNotice error={deliveries.error} />}
      {deliveries.data?.length === 0 && (endpoints.data?.length ?? 0) > 0 && (
        <EmptyNotice icon="send" title="Nothing was sent yet">
          {filtered
            ? 'Nothing was sent to it, or about it.'
            : 'The next alert goes to every endpoint. “Send a test” above shows whether one answers.'}
        </EmptyNotice>
      )}
      {(deliveries.data?.length ?? 0) > 0 && (
        <ol className={styles.list} aria-label="Deliveries, newest first">
          {deliveries.data?.map((delivery) => (
            <DeliveryRow key={delivery.id} delivery={delivery} />
          ))}
        </ol>
      )}
    </div>
  );
}
