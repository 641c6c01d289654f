import type { ErrorComponentProps } from '@tanstack/react-router';
import { Link, useRouter } from '@tanstack/react-router';
import { use } from 'react';
import { HereContext, NotReached } from '../api/session.ts';
import { FailureNote } from '../kit/FailureNote.tsx';
import { Page } from '../kit/Page.tsx';

/** The page could not be shown: the roles do not reach it, or a call failed. */
export function PageFailed({ error, reset }: ErrorComponentProps) {
  const router = useRouter();
  const here = use(HereContext);
  if (error instanceof NotReached)
    return (
      <Page title="Not yours to see">
        <p>Your roles do not reach this. Ask an admin of {here?.brand.name ?? 'this installation'}.</p>
      </Page>
    );
  return (
    <FailureNote
      title="This page could not be shown"
      error={error}
      onRetry={() => {
        reset();
        void router.invalidate();
      }}
    />
  );
}

export function NotFound() {
  return (
    <Page title="There is no such page">
      <p>
        The address is wrong, or it belongs to a brand that you have no role in.{' '}
        <Link to="/">To the start</Link>
      </p>
    </Page>
  );
}
