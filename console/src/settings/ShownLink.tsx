import { Button } from '../kit/Button.tsx';
import { Dialog } from '../kit/Dialog.tsx';
import { DialogActions } from '../kit/DialogActions.tsx';
import { Note } from '../kit/Note.tsx';
import { Secret } from '../kit/Secret.tsx';
import { momentOf } from '../kit/When.tsx';
import type { WithLink } from './queries.ts';
import styles from './Settings.module.css';

export interface ShownLinkProps {
  readonly made: WithLink;
  readonly onClose: () => void;
}

/** The link for a person, once. */
export function ShownLink({ made: { operator, link, link_expires: until }, onClose }: ShownLinkProps) {
  return (
    <Dialog title={`The link for ${operator.email}`} onClose={onClose}>
      <div className={styles.form}>
        {link === null ? (
          <Note tone="mute">The person has a password already, and signs in with it.</Note>
        ) : (
          <>
            <Note tone="warn" icon="alert">
              Shown once. Pass it on in a way that only {operator.email} reads.
            </Note>
            <Secret name="Link" value={`${location.origin}${link}`} />
            {until !== null && <p className={styles.soft}>It works once, until {momentOf(until)} UTC.</p>}
          </>
        )}
        <DialogActions>
          <Button look="main" onClick={onClose}>
            I have passed it on
          </Button>
        </DialogActions>
      </div>
    </Dialog>
  );
}
