import { useState } from 'react';
import { answerOf, api } from '../api/client.ts';
import { useHere } from '../api/session.ts';
import { useWrite } from '../api/write.ts';
import { Button } from '../kit/Button.tsx';
import { Confirm } from '../kit/Confirm.tsx';
import { DrawerPart } from '../kit/Drawer.tsx';
import { FormError } from '../kit/Field.tsx';
import { ReasonDialog } from '../kit/FormDialog.tsx';
import { Note } from '../kit/Note.tsx';
import { toast } from '../kit/Toast.tsx';
import { When } from '../kit/When.tsx';
import { useActorName } from '../shell/actors.ts';
import type { KeptRecord } from './queries.ts';
import { retentionChanged } from './queries.ts';
import styles from './Retention.module.css';

/** Early erasure: one person asks, another approves, and nothing of the record is left. */
export function Erasures({ record }: { readonly record: KeptRecord }) {
  const { brand } = useHere();
  const [isAsking, setAsking] = useState(false);
  const { erasure_requests: requests, legal_holds: holds } = record;
  const isHeld = holds.some(({ date_released: released }) => released === undefined);
  return (
    <DrawerPart
      title="Early erasure"
      aside={
        brand.may('compliance:write') && (
          <Button small look="quiet" icon="trash" onClick={() => setAsking(true)}>
            Ask to erase
          </Button>
        )
      }
    >
      <div className={styles.form}>
        {requests.length === 0 && <p className={styles.soft}>Nobody asks for it.</p>}
        {requests.length > 0 && isHeld && (
          <Note tone="want" icon="hold">
            A hold is active. Nothing can be erased until it is released.
          </Note>
        )}
        {requests.map((request) => (
          <OneRequest key={request.erasure_id} request={request} mayApprove={!isHeld} />
        ))}
      </div>
      {isAsking && <Ask id={record.customer_id} onClose={() => setAsking(false)} />}
    </DrawerPart>
  );
}

interface OneRequestProps {
  readonly request: KeptRecord['erasure_requests'][number];
  readonly mayApprove: boolean;
}

function OneRequest({ request, mayApprove }: OneRequestProps) {
  const { brand, session } = useHere();
  const actor = useActorName();
  const [isConfirming, setConfirming] = useState(false);
  const path = { customer_id: request.customer_id, erasure_id: request.erasure_id };
  const ended = async (sentence: string) => {
    await retentionChanged(brand);
    toast(sentence);
    setConfirming(false);
  };
  const base = '/restricted-customers/{customer_id}/erasure-requests/{erasure_id}';
  const approve = useWrite(
    (_: undefined, header) => answerOf(api.POST(`${base}/approval`, { params: { path, header } })),
    () => ended('The record is erased'),
  );
  const withdraw = useWrite(
    (_: undefined, header) => answerOf(api.POST(`${base}/withdrawal`, { params: { path, header } })),
    () => ended('The request is withdrawn'),
  );
  const isOwn = request.requested_by === session.account.operator_id;
  return (
    <div className={styles.request}>
      <p>{request.reason}</p>
      <p className={styles.soft}>
        {actor(request.requested_by)}, <When time={request.date_requested} focusable />
      </p>
      {brand.may('compliance:write') && (
        <div className={styles.states}>
          {mayApprove && !isOwn && (
            <Button small look="danger" onClick={() => setConfirming(true)}>
              Approve
            </Button>
          )}
          <Button small busy={withdraw.isSending} onClick={() => withdraw.send(undefined)}>
            Withdraw
          </Button>
          {isOwn && <span className={styles.soft}>You asked for it; another person approves.</span>}
        </div>
      )}
      {withdraw.failure && <FormError>{withdraw.failure.message}</FormError>}
      {isConfirming && (
        <Confirm
          title="Erase this record?"
          verb="Erase"
          danger
          typed="ERASE"
          busy={approve.isSending}
          error={approve.failure?.message}
          onConfirm={() => approve.send(undefined)}
          onClose={() => setConfirming(false)}
        >
          <p>This cannot be undone. Nothing of this person is left, but that they were erased.</p>
        </Confirm>
      )}
    </div>
  );
}

function Ask({ id, onClose }: { readonly id: string; readonly onClose: () => void }) {
  const { brand } = useHere();
  const write = useWrite(
    (reason: string, header) =>
      answerOf(
        api.POST('/restricted-customers/{customer_id}/erasure-requests', {
          params: { path: { customer_id: id }, header },
          body: { reason },
        }),
      ),
    async () => {
      await retentionChanged(brand);
      toast('The erasure is asked for. Another person approves.');
      onClose();
    },
  );
  return (
    <ReasonDialog
      title="Why should this record go early?"
      hint="For most records of a verified person the law forbids it. Name a case, not the person."
      verb="Ask to erase"
      write={write}
      onSend={write.send}
      onClose={onClose}
    />
  );
}
