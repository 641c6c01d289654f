import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useHere } from '../api/session.ts';
import { classes } from '../kit/classes.ts';
import { SkeletonBar } from '../kit/Skeleton.tsx';
import { lasted, momentOf } from '../kit/When.tsx';
import { useReachable } from '../shell/reachable.ts';
import { useWaiting } from '../shell/waiting.ts';
import styles from './Overview.module.css';
import type { Overview, Requests } from './queries.ts';
import { requestsQuery } from './queries.ts';

interface Tile {
  readonly title: string;
  readonly path: string;
  readonly isReached: boolean;
  readonly figure: ReactNode;
  readonly sub: ReactNode;
  readonly tone?: 'warn' | 'bad';
}

/** The figures at the top, each a link to the list behind it. */
export function Tiles({ overview }: { readonly overview: Overview | undefined }) {
  const { brand } = useHere();
  const waiting = useWaiting(brand);
  const seesRequests = brand.may('requests:read');
  const requests = useQuery({ ...requestsQuery(brand), enabled: seesRequests }).data;
  const tiles: readonly Tile[] = [
    {
      title: 'Customers',
      path: 'customers',
      isReached: brand.may('customers:read'),
      figure: overview?.customers.toLocaleString('en'),
      sub: overview && `${overview.created.at(-1)?.count ?? 0} new today`,
    },
    {
      title: 'Waiting for review',
      path: 'reviews',
      isReached: brand.may('kyc:review'),
      figure: waiting?.reviews,
      sub: waiting?.oldest_review ? `the oldest for ${lasted(waiting.oldest_review)}` : 'nothing waits',
      ...(waiting?.reviews && { tone: 'warn' }),
    },
    {
      title: 'Change requests',
      path: 'changes',
      isReached: brand.may('kyc:review'),
      figure: waiting?.change_requests,
      sub: waiting?.change_requests ? 'wait for a second person' : 'no proposal waits',
    },
    {
      title: 'Webhooks',
      path: 'webhooks',
      isReached: brand.may('webhooks:read'),
      figure: waiting && webhookFigure(waiting.webhooks ?? 0, waiting.failing_webhooks ?? 0),
      sub: waiting?.failing_since
        ? `failing since ${momentOf(waiting.failing_since)}`
        : 'all deliveries arrive',
      ...(waiting?.failing_webhooks && { tone: 'bad' }),
    },
    {
      title: 'Requests',
      path: 'requests',
      isReached: seesRequests,
      figure: requests && requestFigure(requests),
      sub: requests && requestSentence(requests),
      ...(requests && refusedOf(requests, 500) > 0 && { tone: 'bad' }),
    },
  ];
  return (
    <ul className={styles.tiles}>
      {tiles
        .filter(({ isReached }) => isReached)
        .map((tile) => (
          <OneTile key={tile.title} tile={tile} />
        ))}
    </ul>
  );
}

/** The newest requests are counted: a page of them. */
const requestFigure = ({ data, next_cursor: more }: Requests): string =>
  `${data.length}${more === null ? '' : '+'}`;

const refusedOf = ({ data }: Requests, from: number): number =>
  data.filter(({ status }) => status >= from && status < from + 100).length;

function requestSentence(requests: Requests): string {
  const [refused, failed] = [refusedOf(requests, 400), refusedOf(requests, 500)];
  if (refused + failed === 0) return requests.data.length === 0 ? 'none yet' : 'all were answered';
  return failed === 0 ? `${refused} refused` : `${refused} refused, ${failed} failed`;
}

const webhookFigure = (all: number, failing: number): string =>
  failing > 0 ? `${failing} of ${all}` : String(all);

function OneTile({ tile: { title, path, figure, sub, tone } }: { readonly tile: Tile }) {
  const page = useReachable().pages.find((one) => one.path === path);
  return (
    <li className={styles.tile}>
      <p className={styles.tileTitle}>{page ? <Link to={page.to}>{title}</Link> : title}</p>
      <p className={classes(styles.figure, tone && styles[tone])}>{figure ?? <SkeletonBar width={3} />}</p>
      <p className={styles.tileSub}>{figure === undefined ? ' ' : sub}</p>
    </li>
  );
}
