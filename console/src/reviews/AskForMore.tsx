import { useState } from 'react';
import { Button } from '../kit/Button.tsx';
import { Dialog } from '../kit/Dialog.tsx';
import { DialogActions } from '../kit/DialogActions.tsx';
import { Checkbox } from '../kit/Field.tsx';
import { documentWords } from '../shell/words.ts';
import type { Decision } from './Decide.tsx';
import styles from './Reviews.module.css';

const types = ['government_id', 'proof_of_address', 'social_security_card'] as const;
type DocumentType = (typeof types)[number];

export interface AskForMoreProps {
  readonly onAsk: (decision: Decision) => void;
  readonly onClose: () => void;
}

/** Which documents the person has to hand in. The keys 1 2 3 choose. */
export function AskForMore({ onAsk, onClose }: AskForMoreProps) {
  const [chosen, setChosen] = useState<readonly DocumentType[]>([]);
  const toggle = (type: DocumentType | undefined) =>
    type &&
    setChosen((before) => (before.includes(type) ? before.filter((one) => one !== type) : [...before, type]));
  return (
    <Dialog title="Which documents are needed?" onClose={onClose}>
      <form
        className={styles.ask}
        onKeyDown={({ key }) => toggle(types[Number(key) - 1])}
        onSubmit={(event) => {
          event.preventDefault();
          if (chosen.length > 0) onAsk({ decision: 'request_documents', documents: [...chosen] });
        }}
      >
        {types.map((type, at) => (
          <Checkbox
            key={type}
            label={`${at + 1} · ${documentWords[type]}`}
            checked={chosen.includes(type)}
            onChange={() => toggle(type)}
          />
        ))}
        <p className={styles.soft}>Waited for 28 days.</p>
        <DialogActions>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="main" disabled={chosen.length === 0}>
            Ask
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
