import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { asFailure } from '../api/failure.ts';
import { useHere } from '../api/session.ts';
import { Answer } from '../kit/Answer.tsx';
import { Empty } from '../kit/Empty.tsx';
import { useKeys } from '../kit/keys.ts';
import { Skeleton } from '../kit/Skeleton.tsx';
import { Tabs } from '../kit/Tabs.tsx';
import { useWindowTitle } from '../kit/title.ts';
import { documentWords } from '../shell/words.ts';
import { Decide } from './Decide.tsx';
import { Person } from './Person.tsx';
import type { Review, ReviewFile } from './queries.ts';
import { reviewQuery } from './queries.ts';
import styles from './Reviews.module.css';
import { reviewRoute } from './routes.ts';
import { Viewer } from './Viewer.tsx';

/** One review: its documents, the person, the decision. */
export function OneReview() {
  const { brand } = useHere();
  const { reviewId } = reviewRoute.useParams();
  const query = useQuery(reviewQuery(brand, reviewId));
  useWindowTitle(`Review ${reviewId.slice(0, 8)}`, 'record');
  if (asFailure(query.error).status === 404) {
    return (
      <section aria-label="Review" className={styles.unopened}>
        <Empty title="This review is not there.">
          <p>It was decided, or its customer was deleted.</p>
        </Empty>
      </section>
    );
  }
  return (
    <Answer
      query={query}
      skeleton={
        <div className={styles.unopened}>
          <Skeleton lines={8} />
        </div>
      }
    >
      {(review) => <Opened key={review.review_id} review={review} />}
    </Answer>
  );
}

function Opened({ review }: { readonly review: Review }) {
  return (
    <>
      <Documents review={review} />
      <section aria-label="Person and decision" className={styles.side}>
        <div className={styles.person}>
          <Person review={review} />
        </div>
        <Decide review={review} />
      </section>
    </>
  );
}

const sides: Readonly<Record<string, string>> = { front: 'front', back: 'back' };

/** "Passport, front". */
function wordOf({ document_type: type, ...file }: ReviewFile): string {
  const { type: kind, side } = file as { readonly type?: string; readonly side?: string };
  const word = kind ? kind.replaceAll('_', ' ') : (documentWords[type] ?? type);
  const named = word.charAt(0).toUpperCase() + word.slice(1);
  return side ? `${named}, ${sides[side] ?? side}` : named;
}

/** Who the person is, before where they live. */
const inOrder = (files: Review['files']): Review['files'] =>
  files.toSorted((one, other) => one.document_type.localeCompare(other.document_type));

function Documents({ review: { review_id: id, files: all } }: { readonly review: Review }) {
  const files = inOrder(all);
  const [chosen, setChosen] = useState(0);
  const move = (by: number) => setChosen((at) => Math.max(0, Math.min(files.length - 1, at + by)));
  useKeys({ '[': () => move(-1), ']': () => move(1) });
  const file = files[chosen];
  return (
    <section aria-label="Documents" className={styles.documents}>
      {file ? (
        <Tabs
          tabs={files.map((one, at) => ({ value: String(at), word: wordOf(one) }))}
          value={String(chosen)}
          onChange={(value) => setChosen(Number(value))}
        >
          <Viewer key={file.document_id} review={id} document={file.document_id} title={wordOf(file)} />
        </Tabs>
      ) : (
        <Empty title="Without documents.">
          <p>The provider sent this without documents.</p>
        </Empty>
      )}
    </section>
  );
}
