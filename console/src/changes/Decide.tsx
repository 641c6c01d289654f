import { useState } from 'react';
import { answerOf, api } from '../api/client.ts';
import { useHere } from '../api/session.ts';
import { useWrite } from '../api/write.ts';
import { Button } from '../kit/Button.tsx';
import { DrawerPart } from '../kit/Drawer.tsx';
import { FormError, TextArea } from '../kit/Field.tsx';
import { Note } from '../kit/Note.tsx';
import { toast } from '../kit/Toast.tsx';
import styles from './Changes.module.css';
import type { Change } from './queries.ts';
import { changeDecided } from './queries.ts';

type Decision = {
  readonly decision: 'approve' | 'decline';
  readonly note?: string;
  readonly verified_elsewhere?: string;
};

/** Approving takes another person than the one who proposed. Who proposed can withdraw. */
export function Decide({ change, onDecided }: { readonly change: Change; readonly onDecided: () => void }) {
  const { brand, session } = useHere();
  const [note, setNote] = useState('');
  const [elsewhere, setElsewhere] = useState('');
  const { change_request_id: id } = change;
  const isOwn = change.requested_by === session.account.operator_id;
  const endsPass = change.fields.some((field) => ['ssn', 'identification', 'dob'].includes(field));
  const write = useWrite(
    (body: Decision, header) =>
      answerOf(
        api.POST('/change-requests/{change_request_id}/decision', {
          params: { path: { change_request_id: id }, header },
          body,
        }),
      ),
    async (_, { decision }) => {
      await changeDecided(brand, id);
      toast(decision === 'approve' ? 'The change is made' : isOwn ? 'Withdrawn' : 'Declined');
      onDecided();
    },
  );
  const { failure } = write;
  const send = (decision: Decision['decision']) =>
    write.send({
      decision,
      ...(note.trim() !== '' && { note }),
      ...(decision === 'approve' && elsewhere.trim() !== '' && { verified_elsewhere: elsewhere }),
    });
  const told = failure && !failure.fields['note'] && !failure.fields['verified_elsewhere'];
  return (
    <DrawerPart title="Decide">
      <div className={styles.decide}>
        {isOwn && <Note icon="info">You proposed this; another person decides.</Note>}
        {endsPass && !isOwn && (
          <>
            <Note tone="warn" icon="alert">
              A new SSN or birthday ends the pass: the customer has to be verified again, unless you say how
              the new value was verified.
            </Note>
            <TextArea
              label="Verified elsewhere"
              hint="Leave it empty to end the pass."
              rows={2}
              maxLength={500}
              value={elsewhere}
              onChange={({ target }) => setElsewhere(target.value)}
              error={failure?.fields['verified_elsewhere']}
            />
          </>
        )}
        <TextArea
          label="Note"
          rows={2}
          maxLength={500}
          value={note}
          onChange={({ target }) => setNote(target.value)}
          error={failure?.fields['note']}
        />
        {told && <FormError>{failure.message}</FormError>}
        <div className={styles.buttons}>
          {!isOwn && (
            <Button look="main" busy={write.isSending} onClick={() => send('approve')}>
              Approve
            </Button>
          )}
          <Button busy={write.isSending} onClick={() => send('decline')}>
            {isOwn ? 'Withdraw' : 'Decline'}
          </Button>
        </div>
      </div>
    </DrawerPart>
  );
}
