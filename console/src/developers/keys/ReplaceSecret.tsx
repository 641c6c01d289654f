import { useState } from 'react';
import { answerOf, api } from '../../api/client.ts';
import { useHere } from '../../api/session.ts';
import { useWrite } from '../../api/write.ts';
import { Button } from '../../kit/Button.tsx';
import { Dialog, DialogActions } from '../../kit/Dialog.tsx';
import { Field, FormError } from '../../kit/Field.tsx';
import styles from '../Developers.module.css';
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
  const [hours, setHours] = useState('24');
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
  const { failure } = write;
  return (
    <Dialog title={`Replace the secret of ${name}`} onClose={onClose}>
      <form
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault();
          write.send(Number(hours));
        }}
      >
        <Field
          label="Hours for which the old secret stays good"
          type="number"
          min={0}
          max={720}
          required
          hint="0 ends it at once."
          value={hours}
          onChange={({ target }) => setHours(target.value)}
          error={failure?.fields['overlap_hours']}
        />
        {failure && !failure.fields['overlap_hours'] && <FormError>{failure.message}</FormError>}
        <DialogActions>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="main" busy={write.isSending}>
            Replace
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
