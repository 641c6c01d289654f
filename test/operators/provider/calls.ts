import { randomUUID } from 'node:crypto';
import type { Prepared } from '../../samples/customers.ts';
import type { BrandClient, Called } from '../../world.ts';
import { ProviderBrowser } from './identity-provider.ts';

/** A browser that signs in to the console at the provider. */

export interface Begun {
  readonly url: string;
  /** The header with the cookie that binds the sign-in to its browser. */
  readonly cookie: string;
}

type Headers = Readonly<Record<string, string>>;

export async function begin(brand: BrandClient, query = ''): Promise<Begun> {
  const answer = await brand.call('POST', `/provider-sign-ins${query}`, { headers: { Cookie: '' } });
  if (answer.status !== 201) throw new Error(`No sign-in begins: ${answer.text}`);
  const [cookie = ''] = (answer.headers.get('set-cookie') ?? '').split(';');
  return { url: answer.json.url, cookie };
}

/** What the provider sends the browser back with, without what the API does not take. */
export async function answerFor(
  { url }: Begun,
  login: string,
  browser = new ProviderBrowser(),
): Promise<Headers> {
  const { state = '', code, iss, error } = await browser.signIn(url, login);
  return { state, ...(code && { code }), ...(iss && { iss }), ...(error && { error }) };
}

export const bring = (brand: BrandClient, cookie: string, body: Headers): Promise<Called> =>
  brand.call('POST', '/session/provider', { headers: { Cookie: cookie }, body });

/** A request that signs a person in, or that cannot where the world has no provider. */
export async function preparedEntry(brand: BrandClient): Promise<Prepared> {
  const login = randomUUID();
  const asked = await brand.call('POST', '/provider-sign-ins', { headers: { Cookie: '' } });
  if (asked.status !== 201) return entryOf('', { state: `sign_in.${'x'.repeat(43)}`, code: 'none' });
  // The person has an account already.
  await enter(brand, login);
  const begun = await begin(brand);
  return entryOf(begun.cookie, await answerFor(begun, login));
}

const entryOf = (cookie: string, body: Headers): Prepared => ({
  method: 'POST',
  path: '/session/provider',
  options: { headers: { Cookie: cookie }, body },
});

/** Signs in, whole. */
export async function enter(brand: BrandClient, login: string, browser?: ProviderBrowser): Promise<Called> {
  const begun = await begin(brand);
  return bring(brand, begun.cookie, await answerFor(begun, login, browser));
}

/** The token of the session that an answer begins. */
export function tokenOf({ headers }: Called): string {
  const cookies = headers.getSetCookie().map((one) => /^clientele=([\w-]{43});/.exec(one)?.[1]);
  const token = cookies.find((one) => one !== undefined);
  if (token === undefined) throw new Error('The answer begins no session.');
  return token;
}
