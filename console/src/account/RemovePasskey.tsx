import { answerOf, api } from '../api/client.ts';
import { useWrite } from '../api/write.ts';
import { Confirm } from '../kit/Confirm.tsx';
import { toast } from '../kit/Toast.tsx';
import type { Passkey } from './queries.ts';
import { accountChanged } from './queries.ts';

interface RemovePasskeyProps {
  readonly passkey: Passkey;
  readonly onClose: () => void;
}

export function RemovePasskey({ passkey: { passkey_id, name }, onClose }: RemovePasskeyProps) {
  const write = useWrite(
    () => answerOf(api.DELETE('/passkeys/{passkey_id}', { params: { path: { passkey_id } } })),
    async () => {
      await accountChanged();
      toast('The passkey is removed');
      onClose();
    },
  );
  return (
    <Confirm
      title={`Remove ${name}?`}
      verb="Remove"
      danger
      busy={write.isSending}
      {...(write.failure && { error: write.failure.message })}
      onConfirm={() => write.send(undefined)}
      onClose={onClose}
    >
      <p>It signs you in no more. Remove it on your device as well.</p>
    </Confirm>
  );
}
