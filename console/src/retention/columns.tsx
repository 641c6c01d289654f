import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useHere } from '../api/session.ts';
import { Button } from '../kit/Button.tsx';
import { Status } from '../kit/Status.tsx';
import type { Column } from '../kit/Table.tsx';
import { dayOf, When } from '../kit/When.tsx';
import { useActorName } from '../shell/actors.ts';
import { keptAs } from '../shell/words.ts';
import type { ErasureRequest, Hold, Kept } from './queries.ts';
import { ReleaseHold } from './ReleaseHold.tsx';
import styles from './Retention.module.css';

const HoldStatus = () => <Status word="On hold" tone="want" icon="hold" loud />;

export const keptColumns: readonly Column<Kept>[] = [
  { head: 'Customer', cell: ({ customer_id: id }) => <code>{id.slice(0, 8)}</code>, corner: 'topLeft' },
  { head: 'Kept as', cell: ({ kept_as: rule }) => keptAs[rule], corner: 'bottomLeft' },
  {
    head: 'Until',
    cell: ({ erase_after: until }) => (until ? dayOf(until) : 'its hold is released'),
    corner: 'topRight',
  },
  {
    head: 'Hold',
    cell: ({ legal_hold: isHeld, erasure_requested: isAsked }) => (
      <span className={styles.states}>
        {isHeld && <HoldStatus />}
        {isAsked && <Status word="Erasure asked" tone="warn" icon="clock" loud />}
      </span>
    ),
  },
  {
    head: 'Deleted',
    cell: ({ date_deleted: time }) => <When time={time} />,
    end: true,
    corner: 'bottomRight',
  },
];

export function useHoldColumns(): readonly Column<Hold>[] {
  const { brand } = useHere();
  const actor = useActorName();
  return [
    {
      head: 'Customer',
      cell: ({ customer_id: id }) => (
        <Link to={`/${brand.slug}/customers/${id}`} className={styles.id}>
          {id.slice(0, 8)}
        </Link>
      ),
      corner: 'topLeft',
    },
    { head: 'Reason', cell: ({ reason }) => reason, corner: 'bottomLeft' },
    { head: 'Set by', cell: ({ set_by: who }) => actor(who) },
    { head: 'Since', cell: ({ date_set: time }) => <When time={time} />, corner: 'bottomRight' },
    { head: 'Release', cell: (hold) => <Release hold={hold} />, end: true, corner: 'topRight' },
  ];
}

export function Release({ hold }: { readonly hold: Hold }) {
  const { brand } = useHere();
  const [isOpen, setOpen] = useState(false);
  if (!brand.may('compliance:write')) return null;
  return (
    <>
      <Button small look="quiet" onClick={() => setOpen(true)}>
        Release
      </Button>
      {isOpen && <ReleaseHold hold={hold} onClose={() => setOpen(false)} />}
    </>
  );
}

export function useErasureColumns(): readonly Column<ErasureRequest>[] {
  const actor = useActorName();
  return [
    { head: 'Customer', cell: ({ customer_id: id }) => <code>{id.slice(0, 8)}</code>, corner: 'topLeft' },
    { head: 'Reason', cell: ({ reason }) => reason, corner: 'bottomLeft' },
    { head: 'Asked by', cell: ({ requested_by: who }) => actor(who) },
    {
      head: 'Hold',
      cell: ({ legal_hold: isHeld }) => isHeld && <HoldStatus />,
      corner: 'topRight',
    },
    {
      head: 'Asked',
      cell: ({ date_requested: time }) => <When time={time} />,
      end: true,
      corner: 'bottomRight',
    },
  ];
}
