import { useQuery } from '@tanstack/react-query';
import { answerOf, api } from '../api/client.ts';
import { queryClient } from '../api/query.ts';
import { useHere } from '../api/session.ts';
import { useWrite } from '../api/write.ts';
import { Answer } from '../kit/Answer.tsx';
import { Button } from '../kit/Button.tsx';
import { Command } from '../kit/Command.tsx';
import { Id } from '../kit/Copy.tsx';
import { FormError } from '../kit/Field.tsx';
import { Note } from '../kit/Note.tsx';
import { Panel } from '../kit/Panel.tsx';
import { Skeleton } from '../kit/Skeleton.tsx';
import { exactly } from '../kit/When.tsx';
import styles from './Audit.module.css';
import type { Check } from './queries.ts';
import { checkQuery, isUnderWay } from './queries.ts';

/** The check of the whole chain by the service, and the command for a copy that others can check. */
export function ChainCheck() {
  const { brand } = useHere();
  const query = checkQuery(brand);
  const check = useQuery(query);
  const start = useWrite(
    (_: undefined, header) => answerOf(api.POST('/audit/check', { params: { header } })),
    (begun) => queryClient.setQueryData(query.queryKey, begun),
  );
  return (
    <Panel
      title="The chain"
      aside={
        <Button
          small
          icon="audit"
          busy={start.isSending || isUnderWay(check.data)}
          onClick={() => start.send(undefined)}
        >
          Check the chain
        </Button>
      }
    >
      <div className={styles.check}>
        <Answer query={check} skeleton={<Skeleton lines={1} />}>
          {(last) => (last ? <Result check={last} /> : <p>It was not checked here yet.</p>)}
        </Answer>
        {start.failure && <FormError>{start.failure.message}</FormError>}
        <p className={styles.soft}>A copy that can be checked elsewhere:</p>
        <Command>{`clientele export audit --brand '${brand.name.replaceAll("'", `'\\''`)}' --file audit.jsonl`}</Command>
      </div>
    </Panel>
  );
}

function Result({ check }: { readonly check: Check }) {
  const { state, checked, of, key, broken_at: broken = 0 } = check;
  const [done, all] = [checked.toLocaleString('en'), of.toLocaleString('en')];
  if (state === 'waiting') return <p role="status">The check begins in a moment.</p>;
  if (state === 'running')
    return (
      <p role="status">
        {done} of {all} entries hold so far.
      </p>
    );
  if (state === 'broken')
    return (
      <Note tone="bad" icon="alert">
        Entry {broken.toLocaleString('en')} does not fit the one before. Keep the database as it is and
        compare with your last export.
      </Note>
    );
  return (
    <Note tone="good" icon="check">
      {done} of {all} entries hold
      {check.date_finished && `, as of ${exactly(check.date_finished)}`}.{' '}
      {key && (
        <>
          Key <Id id={key} what="key" short />
        </>
      )}
    </Note>
  );
}
