import styles from './When.module.css';

const steps: readonly (readonly [seconds: number, unit: Intl.RelativeTimeFormatUnit])[] = [
  [31_557_600, 'year'],
  [2_629_800, 'month'],
  [86_400, 'day'],
  [3_600, 'hour'],
  [60, 'minute'],
];
const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });
const day = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'long',
  year: 'numeric',
  timeZone: 'UTC',
});

/** Times of the API are UTC, also where they have no offset. */
export const instantOf = (time: string): Date =>
  new Date(/(?:Z|[+-]\d{2}:\d{2})$/.test(time) ? time : `${time}Z`);

/** "4 May 2026", in UTC. */
export const dayOf = (time: string): string => day.format(instantOf(time));

/** "2 hours ago", "in 28 minutes", "just now". */
export function ago(time: string, now = Date.now()): string {
  const seconds = (instantOf(time).getTime() - now) / 1_000;
  for (const [size, unit] of steps)
    if (Math.abs(seconds) >= size) return relative.format(Math.trunc(seconds / size), unit);
  return 'just now';
}

const lasting = new Map(
  steps.map(([, unit]) => [unit, new Intl.NumberFormat('en', { style: 'unit', unit, unitDisplay: 'long' })]),
);

/** "2 days", "5 minutes": how long something has lasted. */
export function lasted(time: string, now = Date.now()): string {
  const seconds = (now - instantOf(time).getTime()) / 1_000;
  for (const [size, unit] of steps)
    if (seconds >= size) return lasting.get(unit)?.format(Math.trunc(seconds / size)) ?? '';
  return 'a moment';
}

const dayAndTime = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'short',
  hour: '2-digit',
  minute: '2-digit',
  timeZone: 'UTC',
});

/** "27 Nov, 18:20", in UTC. */
export const momentOf = (time: string): string => dayAndTime.format(instantOf(time));

/** "2026-05-04 18:20:31 UTC". */
export const exactly = (time: string): string =>
  `${instantOf(time).toISOString().slice(0, 19).replace('T', ' ')} UTC`;

export interface WhenProps {
  readonly time: string;
  /** Whether the exact time can be reached by Tab: for facts, not for rows of a table. */
  readonly focusable?: boolean;
}

/** A time as people say it; the exact one in UTC is shown on hover and focus. */
export function When({ time, focusable = false }: WhenProps) {
  return (
    <time
      className={styles.when}
      dateTime={instantOf(time).toISOString()}
      data-exact={exactly(time)}
      tabIndex={focusable ? 0 : undefined}
    >
      {ago(time)}
    </time>
  );
}
