import { useQuery } from '@tanstack/react-query';
import { useHere } from '../api/session.ts';
import { Command } from '../kit/Command.tsx';
import { curlOf } from '../kit/Curl.tsx';
import { Panel } from '../kit/Panel.tsx';
import { useWaiting } from '../shell/waiting.ts';
import styles from './Overview.module.css';
import { hasKeyQuery } from './queries.ts';

/** What to do in a brand that has no customer. */
export function FirstSteps() {
  const { brand } = useHere();
  const hasKey = useQuery({ ...hasKeyQuery(brand), enabled: brand.may('keys:read') }).data ?? false;
  const hasWebhook = (useWaiting(brand)?.webhooks ?? 0) > 0;
  const steps = [
    {
      word: 'Make a key',
      isDone: hasKey,
      command: `clientele keys create --brand "${brand.name}" --name crm`,
    },
    { word: 'Create a customer', command: curlOf({ method: 'POST', path: '/customers', body: {} }) },
    {
      word: 'Start a verification',
      command: curlOf({
        method: 'POST',
        path: '/customers/CUSTOMER_ID/verification-kyc',
        body: { program_id: 'PROGRAM_ID' },
      }),
    },
    {
      word: 'Add a webhook',
      isDone: hasWebhook,
      command: curlOf({
        method: 'POST',
        path: '/webhooks',
        body: { url: 'https://hooks.example.com/customers', events: ['customer*', 'kyc.*'] },
      }),
    },
  ];
  return (
    <Panel title="First steps" aside="four commands">
      <ol className={styles.steps}>
        {steps.map(({ word, command, isDone }, at) => (
          <li key={word} className={styles.step}>
            <p>
              {isDone ? '✓' : `${at + 1}.`} {word}
            </p>
            <Command>{command}</Command>
          </li>
        ))}
      </ol>
    </Panel>
  );
}
