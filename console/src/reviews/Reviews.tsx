import { useQuery } from '@tanstack/react-query';
import { Link, Outlet, useNavigate, useParams } from '@tanstack/react-router';
import { useHere } from '../api/session.ts';
import { Answer } from '../kit/Answer.tsx';
import { Empty } from '../kit/Empty.tsx';
import { Select } from '../kit/Field.tsx';
import { Kbd } from '../kit/Kbd.tsx';
import { useKeys } from '../kit/keys.ts';
import { Card, Page } from '../kit/Page.tsx';
import { Skeleton } from '../kit/Skeleton.tsx';
import { When } from '../kit/When.tsx';
import type { ReviewBrief } from './queries.ts';
import { queueQuery } from './queries.ts';
import styles from './Reviews.module.css';

/** The queue, and the review that is open. The queue has no names; opening a review is written down. */
export function Reviews() {
  const { brand } = useHere();
  const queue = useQuery(queueQuery(brand));
  const count = queue.data?.length;
  return (
    <Page
      title="Reviews"
      wide
      sub={count === undefined ? ' ' : `${count} waiting, the longest first`}
      actions={<Hints />}
    >
      <Answer query={queue} skeleton={<QueueSkeleton />}>
        {(waiting) => <Desk waiting={waiting} />}
      </Answer>
    </Page>
  );
}

const Hints = () => (
  <p className={styles.hints}>
    <Kbd>J</Kbd> <Kbd>K</Kbd> move · <Kbd>[</Kbd> <Kbd>]</Kbd> document · <Kbd>?</Kbd> all keys
  </p>
);

function Desk({ waiting }: { readonly waiting: readonly ReviewBrief[] }) {
  const { reviewId } = useParams({ strict: false }) as { readonly reviewId?: string };
  if (waiting.length === 0 && !reviewId) {
    return (
      <Card label="Reviews">
        <Empty title="Nothing waits.">
          <p>Verifications that a person has to decide appear here.</p>
        </Empty>
      </Card>
    );
  }
  return (
    <div className={styles.desk}>
      <Queue waiting={waiting} open={reviewId} />
      {reviewId ? (
        <Outlet />
      ) : (
        <section aria-label="Review" className={styles.unopened}>
          <Empty title="Choose a review.">
            <p>Opening one is written into the audit trail, with your name.</p>
          </Empty>
        </section>
      )}
    </div>
  );
}

function Queue({
  waiting,
  open,
}: {
  readonly waiting: readonly ReviewBrief[];
  readonly open: string | undefined;
}) {
  const { brand } = useHere();
  const navigate = useNavigate();
  const go = (id: string) => void navigate({ to: `/${brand.slug}/reviews/${id}` });
  const at = waiting.findIndex(({ review_id }) => review_id === open);
  const move = (by: number) => {
    const next = waiting[at < 0 ? 0 : Math.max(0, Math.min(waiting.length - 1, at + by))];
    if (next && next.review_id !== open) go(next.review_id);
  };
  useKeys({ j: () => move(1), k: () => move(-1) });
  const listed = waiting.map((one) => [one.review_id, wordOf(one)] as const);
  return (
    <>
      <nav aria-label="Queue" className={styles.queue}>
        {waiting.map((one) => (
          <Link
            key={one.review_id}
            to={`/${brand.slug}/reviews/${one.review_id}`}
            aria-current={one.review_id === open ? 'page' : undefined}
            className={styles.waiting}
          >
            <code>{one.review_id.slice(0, 8)}</code>
            <span className={styles.age}>
              <When time={one.under_review_since ?? one.date_started} />
            </span>
            <span className={styles.soft}>
              {one.program} · {one.provider}
            </span>
          </Link>
        ))}
      </nav>
      <div className={styles.choose}>
        <Select
          label="Review"
          hideLabel
          value={open ?? ''}
          onChange={({ target }) => target.value && go(target.value)}
          choices={open && at >= 0 ? listed : [['', 'Choose a review'], ...listed]}
        />
      </div>
    </>
  );
}

const wordOf = ({ review_id: id, program, provider }: ReviewBrief): string =>
  `${id.slice(0, 8)} · ${program} · ${provider}`;

const QueueSkeleton = () => (
  <div className={styles.desk}>
    <div className={styles.queue}>
      <Skeleton lines={6} />
    </div>
    <div className={styles.unopened}>
      <Skeleton lines={8} />
    </div>
  </div>
);
