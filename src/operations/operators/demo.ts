import type { Role } from '../../domain/operators/roles.ts';
import { roles } from '../../domain/operators/roles.ts';
import type { StoredOperator } from '../../store/operators/accounts.ts';
import { insertOperator } from '../../store/operators/accounts.ts';
import { ConflictError } from '../retry.ts';
import type { System } from '../system.ts';
import { newOperator, provenOperator } from './accounts.ts';

export interface DemoAccount {
  readonly account: 'avery' | 'sam' | 'robin';
  readonly name: string;
  readonly roles: readonly Role[];
}

/** The people of a sandbox's demo. What takes two people can be tried with two of them. */
export const demoAccounts: readonly DemoAccount[] = [
  { account: 'avery', name: 'Avery', roles },
  { account: 'sam', name: 'Sam', roles: ['compliance'] },
  { account: 'robin', name: 'Robin', roles: ['viewer'] },
];

/** Whether people may sign in to accounts of the demo. */
export const hasDemo = async ({ environment, hasDemoAccounts }: System): Promise<boolean> =>
  environment === 'sandbox' && hasDemoAccounts;

/** An account of the demo, which is made when it is first used. */
export async function findDemoAccount(
  system: System,
  account: DemoAccount['account'],
): Promise<StoredOperator> {
  const email = `${account}@demo.example`;
  const known = await provenOperator(system, { email });
  if (known) return known;
  const given = demoAccounts.find((one) => one.account === account);
  const made = newOperator(system, {
    email,
    name: given?.name ?? account,
    roles: given?.roles ?? [],
    isDemo: true,
  });
  // Another process has just made it.
  if (!(await insertOperator(system.db, made))) throw new ConflictError('The account has just been made.');
  return made;
}
