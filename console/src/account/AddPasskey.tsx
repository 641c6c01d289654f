import { useState } from 'react';
import { answerOf, api } from '../api/client.ts';
import { confirmed } from '../api/confirmation.ts';
import { makePasskey } from '../api/passkeys.ts';
import type { Session } from '../api/session.ts';
import { useWrite } from '../api/write.ts';
import { Field } from '../kit/Field.tsx';
import { FormDialog } from '../kit/FormDialog.tsx';
import { toast } from '../kit/Toast.tsx';
import type { Passkey } from './queries.ts';
import { accountChanged } from './queries.ts';

interface AddPasskeyProps {
  readonly session: Session;
  readonly known: readonly Passkey[];
  readonly onClose: () => void;
}

export function AddPasskey({ session, known, onClose }: AddPasskeyProps) {
  const [name, setName] = useState('');
  const write = useWrite(
    async () => {
      // Asked first, so that the device makes no passkey that the service then refuses.
      await confirmed();
      const ids = known.map(({ credential_id }) => credential_id);
      const passkey = await makePasskey(session.account, ids);
      return answerOf(api.POST('/passkeys', { body: { name, passkey } }));
    },
    async () => {
      await accountChanged();
      toast('The passkey is added');
      onClose();
    },
  );
  return (
    <FormDialog
      title="Add a passkey"
      verb="Go on"
      write={write}
      fields={['name']}
      onSend={() => write.send(undefined)}
      onClose={onClose}
    >
      <p>Your device asks for a fingerprint, your face or a PIN.</p>
      <Field
        label="Name"
        hint="So that you know it again: My laptop"
        required
        maxLength={60}
        value={name}
        onChange={({ target }) => setName(target.value)}
        error={write.failure?.fields['name']}
      />
    </FormDialog>
  );
}
