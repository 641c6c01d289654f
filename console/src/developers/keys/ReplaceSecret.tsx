import { useState } from 'react';
import { answerOf, api } from '../../api/client.ts';
import { useHere } from '../../api/session.ts';
import { useWrite } from '../../api/write.ts';
import { OverlapDialog } from '../OverlapDialog.tsx';
import type { ApiKey } from '../queries.ts';
import { keysChanged } from '../queries.ts';
import { NewSecret } from './NewSecret.tsx';

/** A new secret under the same Identity. The old one stays good for some hours. */
export function ReplaceSecret({
  apiKey,
  onClose,
}: {
  readonly apiKey: ApiKey;
  readonly onClose: () => void;
}) {
  const { brand } = useHere();
  const { identity, name } = apiKey;
  const [made, setMade] = useState<ApiKey & { readonly authorization?: string }>();
  const write = useWrite(
    (overlap: number, header) =>
      answerOf(
        api.POST('/keys/{identity}/rotation', {
          params: { path: { identity }, header },
          body: { overlap_hours: overlap },
        }),
      ),
    (key) => {
      setMade(key);
      void keysChanged(brand);
    },
  );
  if (made) return <NewSecret apiKey={made} onKept={onClose} />;
  return (
    <OverlapDialog
      title={`Replace the secret of ${name}`}
      verb="Replace"
      label="Hours for which the old secret stays good"
      hint="0 ends it at once."
      most={720}
      write={write}
      onSend={write.send}
      onClose={onClose}
    />
  );
}
