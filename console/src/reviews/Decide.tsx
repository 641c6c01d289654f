import { useNavigate } from '@tanstack/react-router';
import { useRef, useState } from 'react';
import { answerOf, api } from '../api/client.ts';
import { useHere } from '../api/session.ts';
import { useWrite } from '../api/write.ts';
import { Button } from '../kit/Button.tsx';
import { Confirm } from '../kit/Confirm.tsx';
import { FormError, TextArea } from '../kit/Field.tsx';
import { useKeys } from '../kit/keys.ts';
import { toast } from '../kit/Toast.tsx';
import { AskForMore } from './AskForMore.tsx';
import { nameOf } from './Person.tsx';
import type { Review } from './queries.ts';
import { askQueueAgain, takeOut } from './queries.ts';
import styles from './Reviews.module.css';

export type Decision = {
  readonly decision: 'approve' | 'decline' | 'request_documents';
  readonly documents?: Review['documents'][number]['document_type'][];
  readonly note?: string;
};
type Asked = Decision['decision'] | undefined;

const done = { approve: 'Approved', decline: 'Declined', request_documents: 'Asked for more' } as const;

/** Approve, decline, or ask for documents. Each asks once more, because a decision cannot be undone. */
export function Decide({ review }: { readonly review: Review }) {
  const { brand } = useHere();
  const navigate = useNavigate();
  const [note, setNote] = useState('');
  const [asked, setAsked] = useState<Asked>();
  const [isNoteMissing, setNoteMissing] = useState(false);
  const form = useRef<HTMLDivElement>(null);
  const { review_id: id, customer_id: customer } = review;
  const write = useWrite(
    (body: Decision, header) =>
      answerOf(
        api.POST('/kyc/reviews/{review_id}/decision', { params: { path: { review_id: id }, header }, body }),
      ),
    (_, { decision }) => {
      const next = takeOut(brand, id);
      toast(done[decision], { to: `/${brand.slug}/customers/${customer}`, word: 'The customer' });
      void navigate({ to: next ? `/${brand.slug}/reviews/${next.review_id}` : `/${brand.slug}/reviews` });
      void askQueueAgain(brand);
    },
  );
  const toNote = () => form.current?.querySelector('textarea')?.focus();
  const approve = () => setAsked('approve');
  const decline = () => {
    setNoteMissing(note.trim() === '');
    if (note.trim() === '') toNote();
    else setAsked('decline');
  };
  const askForMore = () => setAsked('request_documents');
  const shut = () => setAsked(undefined);
  useKeys({ a: approve, d: decline, r: askForMore, n: toNote }, asked === undefined);
  const send = (body: Decision) => {
    shut();
    write.send({ ...body, ...(note.trim() !== '' && { note }) });
  };
  return (
    <div ref={form} className={styles.decide}>
      <TextArea
        label="Note for the file (N)"
        hideLabel
        placeholder="Note for the file (N)"
        rows={2}
        maxLength={500}
        value={note}
        onChange={({ target }) => setNote(target.value)}
        error={isNoteMissing ? 'Declining needs a note.' : write.failure?.fields['note']}
      />
      {write.failure && !write.failure.fields['note'] && <FormError>{write.failure.message}</FormError>}
      <Button look="main" wide shortcut="A" busy={write.isSending} onClick={approve}>
        Approve
      </Button>
      <div className={styles.others}>
        <Button wide shortcut="D" busy={write.isSending} onClick={decline}>
          Decline
        </Button>
        <Button wide shortcut="R" busy={write.isSending} onClick={askForMore}>
          Ask for more
        </Button>
      </div>
      {asked === 'approve' && (
        <Confirm
          title={`Approve ${nameOf(review.applicant)} for ${review.program}?`}
          verb="Approve"
          onConfirm={() => send({ decision: 'approve' })}
          onClose={shut}
        >
          <p>Most fields lock.</p>
        </Confirm>
      )}
      {asked === 'decline' && (
        <Confirm
          title={`Decline ${nameOf(review.applicant)} for ${review.program}?`}
          verb="Decline"
          danger
          onConfirm={() => send({ decision: 'decline' })}
          onClose={shut}
        >
          <p>The verification ends as failed. Your note is kept with it.</p>
        </Confirm>
      )}
      {asked === 'request_documents' && <AskForMore onAsk={send} onClose={shut} />}
    </div>
  );
}
