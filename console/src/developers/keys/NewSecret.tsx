import { Button } from '../../kit/Button.tsx';
import { Command } from '../../kit/Command.tsx';
import { Dialog } from '../../kit/Dialog.tsx';
import { DialogActions } from '../../kit/DialogActions.tsx';
import { Note } from '../../kit/Note.tsx';
import { Secret } from '../../kit/Secret.tsx';
import styles from '../Developers.module.css';
import type { ApiKey } from '../queries.ts';

export interface NewSecretProps {
  readonly apiKey: ApiKey & { readonly authorization?: string };
  readonly onKept: () => void;
}

/** Both headers of a key, once. */
export function NewSecret({ apiKey, onKept }: NewSecretProps) {
  const { identity, authorization, name } = apiKey;
  return (
    <Dialog title={`The secret of ${name}`} onClose={onKept}>
      <div className={styles.form}>
        {authorization === undefined ? (
          <Note tone="warn" icon="alert">
            The key was made by an earlier try, whose answer was lost, and its secret with it. Replace the
            secret.
          </Note>
        ) : (
          <>
            <Note tone="warn" icon="alert">
              Shown once. Keep it where secrets are kept.
            </Note>
            <Secret name="Identity" value={identity} />
            <Secret name="Authorization" value={authorization} />
            <p className={styles.soft}>Try it:</p>
            <Command>
              {[
                `curl '${location.origin}/api/v0.1/auth/key/${identity}'`,
                `  -H 'Identity: ${identity}'`,
                `  -H 'Authorization: ${authorization}'`,
              ].join(' \\\n')}
            </Command>
          </>
        )}
        <DialogActions>
          <Button look="main" onClick={onKept}>
            I have kept it
          </Button>
        </DialogActions>
      </div>
    </Dialog>
  );
}
