import { OperatorError } from '../../../domain/operator-error.ts';
import { withOffset } from '../../../domain/time.ts';
import type { AccountRoles, ChangedAccount } from '../../../operations/operators/command-line.ts';
import { withSystem } from '../../command.ts';
import { minuteText } from '../../key-text.ts';
import type { Format } from '../../output.ts';
import { printAnswer, printNotice } from '../../output.ts';
import type { ReasonOptions } from '../../reason.ts';
import { formatTable } from '../../table.ts';

const operations = () => import('../../../operations/operators/command-line.ts');

/** The address at which people reach the console, or its default. */
async function consoleUrl(): Promise<string> {
  const { consoleOrigin, readConfig } = await import('../../../config.ts');
  const config = readConfig();
  if (config.environment === 'live' && config.publicUrl === undefined)
    throw new OperatorError(
      'Set CLIENTELE_PUBLIC_URL to the address at which people reach the console, such as https://customers.example.com. In live they sign in with passkeys, which are for the name of a host.',
    );
  return consoleOrigin(config);
}

export async function listOperators(format: Format): Promise<void> {
  const accounts = await withSystem(format, async (system) => (await operations()).listAccounts(system));
  printAnswer(
    format,
    accounts.map((one) => accountFacts(one)),
    () =>
      formatTable(
        ['EMAIL', 'NAME', 'IN EVERY BRAND', 'IN ONE BRAND', 'LAST SEEN', 'STATE'],
        accounts.map((one) => [
          one.operator.email,
          one.operator.name,
          one.operator.roles.join(', '),
          one.inBrands.map(({ brand, roles }) => `${brand}: ${roles.join(', ') || 'none'}`).join('\n'),
          one.operator.lastSeenAt ? minuteText(one.operator.lastSeenAt) : '',
          stateOf(one.operator),
        ]),
      ),
  );
}

function stateOf({
  disabledAt,
  isDemo,
  password,
  subject,
}: Pick<AccountRoles['operator'], 'disabledAt' | 'isDemo' | 'password' | 'subject'>): string {
  if (disabledAt) return 'disabled';
  if (isDemo) return 'demo';
  if (subject !== undefined) return 'provider';
  return password === undefined ? 'invited' : 'active';
}

const accountFacts = ({ operator, inBrands }: AccountRoles) => ({
  operator_id: operator.operatorId,
  email: operator.email,
  name: operator.name,
  roles_everywhere: operator.roles,
  roles: Object.fromEntries(inBrands.map(({ brand, roles }) => [brand, roles])),
  state: stateOf(operator),
  ...(operator.subject !== undefined && { subject: operator.subject }),
  date_created: withOffset(operator.createdAt),
  ...(operator.lastSeenAt && { date_seen: withOffset(operator.lastSeenAt) }),
});

interface CreateOptions extends ReasonOptions {
  readonly roles: readonly string[];
  readonly brand?: string;
}

export async function createOperator(format: Format, email: string, options: CreateOptions): Promise<void> {
  const origin = await consoleUrl();
  const changed = await withSystem(
    format,
    async (system) => {
      const { findBrandByName } = await import('../../../operations/brands/brands.ts');
      const brand = options.brand === undefined ? undefined : await findBrandByName(system, options.brand);
      return (await operations()).createAccount(system, { email, roles: options.roles, brand });
    },
    { options, without: 'refuse' },
  );
  const where = options.brand === undefined ? 'in every brand' : `in ${options.brand}`;
  await showAccount(
    format,
    { ...changed, origin },
    `${changed.operator.email} has the roles ${where} from now on.`,
  );
}

export async function resetOperator(format: Format, email: string, options: ReasonOptions): Promise<void> {
  const origin = await consoleUrl();
  const changed = await withSystem(
    format,
    async (system) => (await operations()).resetAccountOf(system, email),
    { options, without: 'refuse' },
  );
  await showAccount(
    format,
    { ...changed, origin },
    changed.link
      ? `${email} has no password or passkey now, and all of its sessions have ended.`
      : `${email} has no passkey now, and all of its sessions have ended. The person signs in at the provider.`,
  );
}

export async function linkOperator(
  format: Format,
  email: string,
  options: ReasonOptions & { readonly subject: string },
): Promise<void> {
  const changed = await withSystem(
    format,
    async (system) => (await operations()).linkAccountOf(system, email, options.subject),
    { options, without: 'refuse' },
  );
  await showAccount(
    format,
    changed,
    `${email} signs in at the provider from now on. The password and the passkeys are gone, and all sessions have ended. The groups give the roles at the next sign-in.`,
  );
}

export async function unlinkOperator(format: Format, email: string, options: ReasonOptions): Promise<void> {
  const origin = await consoleUrl();
  const changed = await withSystem(
    format,
    async (system) => (await operations()).unlinkAccountOf(system, email),
    { options, without: 'refuse' },
  );
  await showAccount(
    format,
    { ...changed, origin },
    `${email} does not sign in at the provider any more, and keeps its roles. All sessions have ended.`,
  );
}

export async function disableOperator(format: Format, email: string, options: ReasonOptions): Promise<void> {
  const changed = await withSystem(
    format,
    async (system) => (await operations()).disableAccountOf(system, email),
    { options },
  );
  await showAccount(format, changed, `${email} signs in nowhere from now on, and all sessions have ended.`);
}

async function showAccount(
  format: Format,
  { operator, link, origin = '' }: ChangedAccount & { readonly origin?: string },
  sentence: string,
): Promise<void> {
  const url = link && `${origin}${link.path}`;
  const facts = {
    operator_id: operator.operatorId,
    email: operator.email,
    roles_everywhere: operator.roles,
    state: stateOf(operator),
    ...(link && { link: url, link_expires: withOffset(link.expiresAt) }),
  };
  const lines = url
    ? `${sentence}\nLet the person choose a password at this page, once, until ${minuteText(link.expiresAt)}:\n\n  ${url}\n`
    : sentence;
  printAnswer(format, facts, () => lines);
  if (url) printNotice(format, 'Give the link to this person alone: it opens the account.');
}
