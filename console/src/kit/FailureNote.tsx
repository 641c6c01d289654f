import { useEffect, useState } from 'react';
import { asFailure } from '../api/failure.ts';
import { Button } from './Button.tsx';
import { Id } from './Copy.tsx';
import styles from './FailureNote.module.css';

export interface FailureNoteProps {
  readonly error: unknown;
  readonly title?: string;
  readonly onRetry?: () => void;
}

/** What happened, what to do, and the id of the request for whoever looks for it. */
export function FailureNote({ error, title = 'This could not be shown', onRetry }: FailureNoteProps) {
  const { message, requestId, retryAfter, status } = asFailure(error);
  const waits = onRetry !== undefined && (status === 503 || status === 429);
  return (
    <div role="alert" className={styles.note}>
      <h2 className={styles.title}>{title}</h2>
      <p>
        {message} {waits && <Countdown key={requestId} seconds={retryAfter ?? 5} onEnd={onRetry} />}
      </p>
      {requestId && (
        <p className={styles.request}>
          Request <Id id={requestId} what="request id" />
        </p>
      )}
      {onRetry && !waits && <Button onClick={onRetry}>Try again</Button>}
    </div>
  );
}

function Countdown({ seconds, onEnd }: { readonly seconds: number; readonly onEnd: () => void }) {
  const [left, setLeft] = useState(Math.ceil(seconds));
  useEffect(() => {
    const timer = setTimeout(() => (left <= 1 ? onEnd() : setLeft(left - 1)), 1_000);
    return () => clearTimeout(timer);
  }, [left, onEnd]);
  return <>Trying again in {left} s.</>;
}
