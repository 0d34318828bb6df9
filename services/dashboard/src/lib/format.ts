/** A span as people say it: "0.4 s", "12 s", "3 min", "5 h", "2 d". */
export function formatSpan(ms: number): string {
  const seconds = Math.max(0, ms) / 1000;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 90) return `${Math.round(seconds)} s`;
  if (seconds < 90 * 60) return `${Math.round(seconds / 60)} min`;
  if (seconds < 36 * 3600) return `${Math.round(seconds / 3600)} h`;
  return `${Math.round(seconds / 86_400)} d`;
}

/** "just now", "12 s ago", "3 min ago": coarse, so that a list does not flicker. */
export function formatAgo(ms: number): string {
  if (ms < 5000) return 'just now';
  if (ms < 60_000) return `${Math.floor(ms / 5000) * 5} s ago`;
  return `${formatSpan(ms)} ago`;
}

const clock = new Intl.DateTimeFormat(undefined, { timeStyle: 'medium', hour12: false });
const day = new Intl.DateTimeFormat(undefined, { day: '2-digit', month: 'short' });
const full = new Intl.DateTimeFormat(undefined, {
  dateStyle: 'medium',
  timeStyle: 'medium',
  hour12: false,
});

/** The time of day; with the day in front when that is not today. */
export function formatClock(at: number, now: number): string {
  const sameDay = new Date(at).toDateString() === new Date(now).toDateString();
  return sameDay ? clock.format(at) : `${day.format(at)} ${clock.format(at)}`;
}

export function formatDate(at: number): string {
  return full.format(at);
}

/** 1000-based, as disks are sold: "12.3 GB". */
export function formatBytes(bytes: number): string {
  const units = ['B', 'KB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}

export function formatCount(count: number): string {
  return count.toLocaleString('en').replaceAll(',', '\u2009');
}

export function formatShare(share: number): string {
  return share >= 0.9995 ? '100 %' : `${(share * 100).toFixed(1)} %`;
}
