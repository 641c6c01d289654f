import { Button } from '../../kit/Button.tsx';
import { Dialog } from '../../kit/Dialog.tsx';
import { DialogActions } from '../../kit/DialogActions.tsx';
import { Note } from '../../kit/Note.tsx';
import { Secret } from '../../kit/Secret.tsx';
import styles from '../Developers.module.css';

/** The secret that signs the deliveries of a subscription, once. */
export function ShownSecret({ secret, onKept }: { readonly secret: string; readonly onKept: () => void }) {
  return (
    <Dialog title="The signing secret" onClose={onKept}>
      <div className={styles.form}>
        <Note tone="warn" icon="alert">
          Shown once. The receiver checks the signature of each delivery with it.
        </Note>
        <Secret name="Secret" value={secret} />
        <DialogActions>
          <Button look="main" onClick={onKept}>
            I have kept it
          </Button>
        </DialogActions>
      </div>
    </Dialog>
  );
}
