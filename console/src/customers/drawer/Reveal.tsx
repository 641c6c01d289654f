import { useEffect, useState } from 'react';
import { answerOf, api } from '../../api/client.ts';
import { useHere } from '../../api/session.ts';
import { useWrite } from '../../api/write.ts';
import { Button } from '../../kit/Button.tsx';
import { Copy } from '../../kit/Copy.tsx';
import { ReasonDialog } from '../../kit/FormDialog.tsx';
import { numberOf } from '../../shell/words.ts';
import styles from './Drawer.module.css';

/** Seconds for which a whole number is shown. */
const shownSeconds = 30;

/** The masked number, and the way to the whole one: a reason, a proof, thirty seconds. */
export function Reveal({ id, masked }: { readonly id: string; readonly masked: string }) {
  const { brand } = useHere();
  const [isAsking, setAsking] = useState(false);
  const [number, setNumber] = useState<string>();
  if (number !== undefined) return <Shown number={number} onHide={() => setNumber(undefined)} />;
  return (
    <>
      <span className={styles.ssn}>{masked}</span>
      {brand.may('ssn:reveal') && (
        <Button small look="quiet" icon="eye" onClick={() => setAsking(true)}>
          Reveal
        </Button>
      )}
      {isAsking && (
        <AskReason
          id={id}
          onClose={() => setAsking(false)}
          onNumber={(whole) => {
            setAsking(false);
            setNumber(whole);
          }}
        />
      )}
    </>
  );
}

function Shown({ number, onHide }: { readonly number: string; readonly onHide: () => void }) {
  const [left, setLeft] = useState(shownSeconds);
  useEffect(() => {
    const timer = setTimeout(() => (left <= 1 ? onHide() : setLeft(left - 1)), 1_000);
    return () => clearTimeout(timer);
  }, [left, onHide]);
  return (
    <>
      <span className={styles.ssn}>{number}</span>
      <Copy text={number} what="number" />
      <span className={styles.left}>hidden in {left} s</span>
      <Button small look="quiet" icon="eyeOff" onClick={onHide}>
        Hide now
      </Button>
    </>
  );
}

interface AskReasonProps {
  readonly id: string;
  readonly onNumber: (number: string) => void;
  readonly onClose: () => void;
}

function AskReason({ id, onNumber, onClose }: AskReasonProps) {
  const write = useWrite(
    (body: { readonly reason: string }) =>
      answerOf(api.POST('/customers/{customer_id}/ssn', { params: { path: { customer_id: id } }, body })),
    (answer) => onNumber(numberOf(answer).number ?? ''),
  );
  return (
    <ReasonDialog
      title="Why do you need the whole number?"
      hint="This is written into the audit trail with your name."
      verb="Show the number"
      write={write}
      onSend={(reason) => write.send({ reason })}
      onClose={onClose}
    />
  );
}
