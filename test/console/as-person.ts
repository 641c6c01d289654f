import type { Person, PersonOptions } from '../operators/people.ts';
import { signedIn } from '../operators/people.ts';
import type { BrandClient } from '../world.ts';
import type { OpenConsole, OpenPage, View } from './open-console.ts';

/** A page of a brand, as a new person sees it who has signed in, by default with every role in this brand. */
export async function visitAs(
  open: OpenConsole,
  brand: BrandClient,
  path: string,
  view?: View,
  options?: PersonOptions,
): Promise<OpenPage & { readonly person: Person }> {
  const person = await signedIn(brand.system, brand.brandId, options);
  return { ...(await visitWith(open, person, brand, path, view)), person };
}

/** A page of a brand, in a window with the session of a person. */
export async function visitWith(
  open: OpenConsole,
  { token }: Person,
  brand: BrandClient,
  path: string,
  view?: View,
): Promise<OpenPage> {
  const visited = await open.visit('/sign-in', view);
  const cookie = { name: 'clientele', value: token, domain: 'localhost', path: '/' };
  await visited.page.context().addCookies([{ ...cookie, httpOnly: true, sameSite: 'Strict' }]);
  const { origin } = new URL(visited.page.url());
  await visited.page.goto(`${origin}/console/${slugOf(brand.name)}/${path}`);
  return visited;
}

const slugOf = (name: string): string => name.toLowerCase().replaceAll(' ', '-');
