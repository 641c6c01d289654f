import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { answerOf, api } from '../../api/client.ts';
import { useHere } from '../../api/session.ts';
import { useWrite } from '../../api/write.ts';
import { Answer } from '../../kit/Answer.tsx';
import { Button } from '../../kit/Button.tsx';
import { DrawerPart } from '../../kit/Drawer.tsx';
import { FormError, Select } from '../../kit/Field.tsx';
import { Note } from '../../kit/Note.tsx';
import { KycStatus } from '../../kit/Status.tsx';
import { toast } from '../../kit/Toast.tsx';
import { When } from '../../kit/When.tsx';
import { useActorName } from '../../shell/actors.ts';
import { documentWords, numberOf } from '../../shell/words.ts';

import type { Customer } from '../queries.ts';
import { customerChanged, programsQuery, verificationsQuery } from '../queries.ts';
import { Decisions } from './Decisions.tsx';
import styles from './Drawer.module.css';
import { Screenings } from './Screenings.tsx';

export function VerificationsTab({ customer }: { readonly customer: Customer }) {
  const { brand } = useHere();
  const query = useQuery(verificationsQuery(brand, customer.customer_id));
  return (
    <>
      {brand.may('kyc:write') && customer.kyc_status !== 'passed' && (
        <StartVerification customer={customer} />
      )}
      <Answer query={query}>
        {({ data }) =>
          data.length === 0 ? (
            <p className={styles.item}>No verification was started.</p>
          ) : (
            <ul className={styles.items}>
              {data.map((run) => (
                <Run key={run.verification_id} customer={customer.customer_id} run={run} />
              ))}
            </ul>
          )
        }
      </Answer>
      <Screenings id={customer.customer_id} />
    </>
  );
}

type RunBrief = Awaited<
  ReturnType<NonNullable<ReturnType<typeof verificationsQuery>['queryFn']>>
>['data'][number];

interface RunProps {
  readonly customer: string;
  readonly run: RunBrief;
}

function Run({ customer, run }: RunProps) {
  const actor = useActorName();
  return (
    <li className={styles.item}>
      <div className={styles.itemHead}>
        <span className={styles.itemTitle}>
          <KycStatus state={run.kyc_status} /> {run.program}
        </span>
        <When time={run.date_updated} focusable />
      </div>
      <p className={styles.soft}>
        Started by {actor(run.started_by)} <When time={run.date_started} focusable /> · {run.provider}
      </p>
      {run.documents.length > 0 && (
        <p className={styles.soft}>
          {run.documents
            .map(
              ({ document_type: type, status }) =>
                `${documentWords[type] ?? type}: ${status === 'submitted' ? 'handed in' : 'wanted'}`,
            )
            .join(' · ')}
        </p>
      )}
      <Decisions customer={customer} run={run.verification_id} />
    </li>
  );
}

/** Words for what a verification needs and the customer lacks: "an SSN and an email". */
function lacking({ email, phone, ...person }: Customer): string | undefined {
  const missing = [!numberOf(person).number && 'an SSN', !email && 'an email', !phone && 'a phone'].filter(
    Boolean,
  );
  return missing.length === 0 ? undefined : missing.join(' and ');
}

function StartVerification({ customer }: { readonly customer: Customer }) {
  const { brand, session } = useHere();
  const programs = useQuery(programsQuery(brand)).data ?? [];
  const [chosen, setChosen] = useState('');
  const program = chosen || programs[0]?.program_id || '';
  const id = customer.customer_id;
  const changed = async (sentence: string) => {
    await customerChanged(brand, id);
    toast(sentence);
  };
  const start = useWrite(
    (program_id: string, header) =>
      answerOf(
        api.POST('/customers/{customer_id}/verification-kyc', {
          params: { path: { customer_id: id }, header },
          body: { program_id },
        }),
      ),
    () => changed('The verification is started'),
  );
  const simulate = useWrite(
    (verdict: 'pass' | 'fail', header) => {
      const body = { customer_id: id, program_id: program };
      const params = { header };
      return answerOf(
        verdict === 'pass'
          ? api.POST('/simulate/kyc-pass', { params, body })
          : api.POST('/simulate/kyc-fail', { params, body }),
      );
    },
    () => changed('The verdict is made'),
  );
  const missing = lacking(customer);
  const failure = start.failure ?? simulate.failure;
  return (
    <DrawerPart title="Start a verification">
      <div className={styles.form}>
        {missing && (
          <Note tone="warn" icon="alert">
            Needs {missing} first.
          </Note>
        )}
        <div className={styles.row}>
          {programs.length > 1 && (
            <Select
              label="Program"
              hideLabel
              value={program}
              onChange={({ target }) => setChosen(target.value)}
              choices={programs.map(({ program_id: value, name }) => [value, name] as const)}
            />
          )}
          <Button
            disabled={missing !== undefined || program === ''}
            busy={start.isSending}
            onClick={() => start.send(program)}
          >
            Start
          </Button>
          {session.environment === 'sandbox' && (
            <>
              <Button look="quiet" busy={simulate.isSending} onClick={() => simulate.send('pass')}>
                Make it pass
              </Button>
              <Button look="quiet" busy={simulate.isSending} onClick={() => simulate.send('fail')}>
                Make it fail
              </Button>
            </>
          )}
        </div>
        {failure && <FormError>{failure.message}</FormError>}
      </div>
    </DrawerPart>
  );
}
