import { answerOf, api } from '../../api/client.ts';
import { useHere } from '../../api/session.ts';
import { useWrite } from '../../api/write.ts';
import { Confirm } from '../../kit/Confirm.tsx';
import { toast } from '../../kit/Toast.tsx';
import type { ApiKey } from '../queries.ts';
import { keysChanged } from '../queries.ts';

export function RevokeKey({ apiKey, onClose }: { readonly apiKey: ApiKey; readonly onClose: () => void }) {
  const { brand } = useHere();
  const { identity, name } = apiKey;
  const write = useWrite(
    (_: undefined, header) =>
      answerOf(api.POST('/keys/{identity}/revocation', { params: { path: { identity }, header } })),
    async () => {
      await keysChanged(brand);
      toast(`${name} is revoked`);
      onClose();
    },
  );
  return (
    <Confirm
      title={`Revoke ${name}?`}
      verb="Revoke"
      danger
      typed={name}
      busy={write.isSending}
      error={write.failure?.message}
      onConfirm={() => write.send(undefined)}
      onClose={onClose}
    >
      Every caller that uses {name} gets 401 within a second. This cannot be undone.
    </Confirm>
  );
}
