import { useState } from 'react';
import { answerOf, api } from '../api/client.ts';
import { useHere } from '../api/session.ts';
import { useWrite } from '../api/write.ts';
import { Button } from '../kit/Button.tsx';
import { Confirm } from '../kit/Confirm.tsx';
import { DrawerPart } from '../kit/Drawer.tsx';
import { FormError, TextArea } from '../kit/Field.tsx';
import { Note } from '../kit/Note.tsx';
import { toast } from '../kit/Toast.tsx';
import type { Match } from './queries.ts';
import { matchChanged } from './queries.ts';
import styles from './Screening.module.css';

export interface DecideProps {
  readonly match: Match;
  readonly onDone: () => void;
}

/** One person proposes, another approves. */
export function Decide(props: DecideProps) {
  const { status } = props.match;
  if (status === 'open') return <Propose {...props} />;
  if (status === 'proposed') return <Approve {...props} />;
  return null;
}

type Proposed = NonNullable<Match['proposed_decision']>;

function Propose({ match, onDone }: DecideProps) {
  const { brand } = useHere();
  const [reason, setReason] = useState('');
  const write = useWrite(
    (decision: Proposed, header) =>
      answerOf(
        api.POST('/screening/matches/{match_id}/proposal', {
          params: { path: { match_id: match.match_id }, header },
          body: { decision, reason },
        }),
      ),
    async (now) => {
      await matchChanged(brand, match, now, { reason });
      toast('Proposed. Another person decides.');
      onDone();
    },
  );
  const { failure } = write;
  return (
    <DrawerPart title="Propose a decision">
      <div className={styles.decide}>
        <TextArea
          label="Reason"
          hint="It is kept with the match. Another person approves the decision."
          rows={3}
          maxLength={1_000}
          value={reason}
          onChange={({ target }) => setReason(target.value)}
          error={failure?.fields['reason']}
        />
        {failure && !failure.fields['reason'] && <FormError>{failure.message}</FormError>}
        <div className={styles.buttons}>
          <Button busy={write.isSending} onClick={() => write.send('false_positive')}>
            Propose false positive
          </Button>
          <Button busy={write.isSending} onClick={() => write.send('confirmed')}>
            Propose confirmation
          </Button>
        </div>
      </div>
    </DrawerPart>
  );
}

const asked: Readonly<Record<Proposed, readonly [title: string, text: string]>> = {
  false_positive: [
    'Decide that this is a false positive?',
    'This cannot be undone. The same entry is not raised again for this name and date of birth.',
  ],
  confirmed: [
    'Confirm that the customer is on the list?',
    'This cannot be undone. It changes nothing about the customer: what follows is yours to do.',
  ],
};

function Approve({ match, onDone }: DecideProps) {
  const { brand, session } = useHere();
  const [note, setNote] = useState('');
  const [isAsked, setAsked] = useState(false);
  const isOwn = match.proposed_by === session.account.operator_id;
  const [title, text] = asked[match.proposed_decision ?? 'false_positive'];
  const words = note.trim() === '' ? {} : { note };
  const write = useWrite(
    (decision: 'approve' | 'decline', header) =>
      answerOf(
        api.POST('/screening/matches/{match_id}/decision', {
          params: { path: { match_id: match.match_id }, header },
          body: { decision, ...words },
        }),
      ),
    async (now, decision) => {
      const isApproved = decision === 'approve';
      await matchChanged(brand, match, now, isApproved ? { reason: match.reason, ...words } : {});
      toast(isApproved ? 'The match is decided' : isOwn ? 'Withdrawn' : 'Declined');
      onDone();
    },
  );
  const { failure } = write;
  const approve = () => {
    setAsked(false);
    write.send('approve');
  };
  return (
    <DrawerPart title="Decide">
      <div className={styles.decide}>
        {isOwn && <Note icon="info">You proposed this; another person decides.</Note>}
        <TextArea
          label="Note"
          rows={2}
          maxLength={1_000}
          value={note}
          onChange={({ target }) => setNote(target.value)}
          error={failure?.fields['note']}
        />
        {failure && !failure.fields['note'] && <FormError>{failure.message}</FormError>}
        <div className={styles.buttons}>
          {!isOwn && (
            <Button look="main" busy={write.isSending} onClick={() => setAsked(true)}>
              Approve
            </Button>
          )}
          <Button busy={write.isSending} onClick={() => write.send('decline')}>
            {isOwn ? 'Withdraw' : 'Decline'}
          </Button>
        </div>
      </div>
      {isAsked && (
        <Confirm title={title} verb="Approve" onConfirm={approve} onClose={() => setAsked(false)}>
          <p>{text}</p>
        </Confirm>
      )}
    </DrawerPart>
  );
}
