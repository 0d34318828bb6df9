import { useQuery } from '@tanstack/react-query';
import { Link, Outlet } from '@tanstack/react-router';
import { Icon, type IconName } from '../components/icon.tsx';
import { ProblemNotice } from '../components/problem-notice.tsx';
import { useAlertServices, useNewAlerts } from '../features/alerts/alert-context.ts';
import { ArrivalNotice } from '../features/alerts/arrival-notice.tsx';
import { SoundSwitch } from '../features/alerts/sound-switch.tsx';
import { useRefusal } from '../features/live/live-context.ts';
import { SignOut } from '../features/session/sign-out.tsx';
import { statusQuery } from '../features/status/status-queries.ts';
import { ApiProblem } from '../lib/api.ts';
import { Help } from './help.tsx';
import { LinkState } from './link-state.tsx';
import { usePageTitle } from './page-title.ts';
import styles from './shell.module.css';
import { ThemeSwitch } from './theme-switch.tsx';

const pages = [
  { to: '/', word: 'Live', icon: 'grid' },
  { to: '/alerts', word: 'Alerts', icon: 'bell' },
  { to: '/deliveries', word: 'Deliveries', icon: 'send' },
  { to: '/models', word: 'Models', icon: 'layers' },
  { to: '/status', word: 'Status', icon: 'pulse' },
] as const satisfies { to: string; word: string; icon: IconName }[];

/** What stands around every page: where to go, what is new, whether all is well. */
export function Shell() {
  const { count } = useNewAlerts();
  const { sound } = useAlertServices();
  usePageTitle(count);
  return (
    <div className={styles.shell}>
      <a className={styles.skip} href="#content">
        To the content
      </a>
      <header className={styles.bar}>
        <Link to="/" className={styles.brand}>
          <img src="/favicon.svg" alt="" width="22" height="22" />
          <span>maskwatch</span>
        </Link>
        <nav className={styles.nav} aria-label="Pages">
          {pages.map(({ to, word, icon }) => (
            <Link key={to} to={to} activeOptions={{ exact: to === '/', includeSearch: false }}>
              <Icon name={icon} size={18} />
              <span>{word}</span>
              {to === '/alerts' && count > 0 && (
                <b className={styles.count} data-testid="new-count">
                  {count > 99 ? '99+' : count}
                  <span className={styles.hidden}> new</span>
                </b>
              )}
              {to === '/status' && <NotReady />}
            </Link>
          ))}
        </nav>
        <div className={styles.tools}>
          <LinkState />
          <SoundSwitch sound={sound} className={styles.tool} />
          <ThemeSwitch className={styles.tool} />
          <Help className={styles.tool} />
          <SignOut className={styles.tool} />
        </div>
      </header>
      <main id="content" className={styles.content} tabIndex={-1}>
        <Refused />
        <Outlet />
      </main>
      <ArrivalNotice />
    </div>
  );
}

/** Without a place the page shows what it asks for, and nothing that is live. */
function Refused() {
  const refusal = useRefusal();
  return refusal === undefined ? null : <ProblemNotice error={new ApiProblem(refusal)} />;
}

function NotReady() {
  const { data } = useQuery(statusQuery);
  if (data === undefined || data.reasons.length === 0) return null;
  return (
    <b className={styles.trouble} title="Something needs attention">
      <Icon name="warning" size={14} />
      <span className={styles.hidden}> needs attention</span>
    </b>
  );
}
