import {
  createRootRoute,
  createRoute,
  createRouter,
  type ErrorComponentProps,
  Link,
} from '@tanstack/react-router';
import { EmptyNotice } from '../components/empty-notice.tsx';
import { ProblemNotice } from '../components/problem-notice.tsx';
import { AlertDetail } from '../features/alerts/alert-detail.tsx';
import { readFilter } from '../features/alerts/alert-filter.ts';
import { AlertsPage, NoAlertOpen } from '../features/alerts/alerts-page.tsx';
import { CameraPage } from '../features/camera/camera-page.tsx';
import { DeliveriesPage } from '../features/deliveries/deliveries-page.tsx';
import { Wall } from '../features/live/wall.tsx';
import { ModelsPage } from '../features/models/models-page.tsx';
import { StatusPage } from '../features/status/status-page.tsx';
import { Shell } from './shell.tsx';

const root = createRootRoute({
  component: Shell,
  errorComponent: ({ error, reset }: ErrorComponentProps) => (
    <ProblemNotice error={error} retry={reset} />
  ),
  notFoundComponent: () => (
    <EmptyNotice icon="question" title="There is no such page">
      The address may be old. Go to the <Link to="/">live wall</Link> or to the{' '}
      <Link to="/alerts">alerts</Link>.
    </EmptyNotice>
  ),
});

const wall = createRoute({
  getParentRoute: () => root,
  path: '/',
  component: Wall,
  staticData: { title: 'Live' },
});

const camera = createRoute({
  getParentRoute: () => root,
  path: '/cameras/$id',
  component: CameraPage,
  staticData: { title: 'Camera' },
});

const alerts = createRoute({
  getParentRoute: () => root,
  path: '/alerts',
  component: AlertsPage,
  validateSearch: readFilter,
  staticData: { title: 'Alerts' },
});

const noAlert = createRoute({ getParentRoute: () => alerts, path: '/', component: NoAlertOpen });

const alert = createRoute({
  getParentRoute: () => alerts,
  path: '/$id',
  component: AlertDetail,
  staticData: { title: 'Alert' },
});

interface DeliverySearch {
  endpoint?: string;
  alert?: string;
}

const deliveries = createRoute({
  getParentRoute: () => root,
  path: '/deliveries',
  component: DeliveriesPage,
  validateSearch: (search: Record<string, unknown>): DeliverySearch => ({
    ...(typeof search.endpoint === 'string' && { endpoint: search.endpoint }),
    ...(typeof search.alert === 'string' && { alert: search.alert }),
  }),
  staticData: { title: 'Deliveries' },
});

const models = createRoute({
  getParentRoute: () => root,
  path: '/models',
  component: ModelsPage,
  staticData: { title: 'Models' },
});

const status = createRoute({
  getParentRoute: () => root,
  path: '/status',
  component: StatusPage,
  staticData: { title: 'Status' },
});

export const router = createRouter({
  routeTree: root.addChildren([
    wall,
    camera,
    alerts.addChildren([noAlert, alert]),
    deliveries,
    models,
    status,
  ]),
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
