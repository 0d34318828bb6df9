import { Icon } from '../components/icon.tsx';
import { useLink } from '../features/live/live-context.ts';
import styles from './shell.module.css';

const words = {
  connecting: 'connecting',
  connected: 'connected',
  lost: 'no connection',
} as const;

/** Whether the page hears from the service; said out loud when it does not. */
export function LinkState() {
  const link = useLink();
  return (
    <span className={styles.link} data-link={link} role="status" title={titles[link]}>
      <Icon name={link === 'connected' ? 'live' : link === 'lost' ? 'unplugged' : 'clock'} />
      <span>{words[link]}</span>
    </span>
  );
}

const titles = {
  connecting: 'The page is connecting to the service.',
  connected: 'The page hears from the service.',
  lost: 'The page does not hear from the service and keeps trying. Nothing here is fresh.',
} as const;
