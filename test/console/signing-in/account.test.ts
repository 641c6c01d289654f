import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sessionsOf } from '../../../src/store/operators/sessions.ts';
import { createRootKeyFile } from '../../../src/vault/key-source.ts';
import { freePort } from '../../fakes/ports.ts';
import { newPerson, password, setProof } from '../../operators/people.ts';
import { person } from '../../people.ts';
import type { BrandClient } from '../../world.ts';
import { settled } from '../../world.ts';
import type { OpenConsole, OpenPage, View } from '../open-console.ts';
import { examine, openConsole, timeoutMs, views } from '../open-console.ts';

/** An authenticator of the browser's own, whose user is there and proves themselves. */
async function addAuthenticator(page: Page): Promise<(isUserVerified: boolean) => Promise<void>> {
  const session = await page.context().newCDPSession(page);
  await session.send('WebAuthn.enable');
  const { authenticatorId } = await session.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  return async (isUserVerified) => {
    await session.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified });
  };
}

describe('an account of ones own', { timeout: timeoutMs }, () => {
  let open: OpenConsole;
  let brand: BrandClient;
  beforeAll(async () => {
    open = await openConsole();
    brand = await open.world.brand('Blue Ridge');
  }, timeoutMs);
  afterAll(() => open?.close());

  /** A person with a password, signed in by it, at their account. */
  async function atAccount(view?: View): Promise<OpenPage & { readonly email: string }> {
    const { email } = await newPerson(open.world.system, brand.brandId);
    const visited = await open.visit('/sign-in?to=/account', view);
    await signIn(visited.page, email);
    await visited.page.getByRole('heading', { name: 'Your account' }).waitFor();
    return { ...visited, email };
  }
  async function signIn(page: Page, email: string): Promise<void> {
    await page.getByLabel('Email').fill(email);
    await page.getByLabel('Password').fill(password);
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  }
  async function addPasskey(page: Page): Promise<void> {
    await page.getByRole('button', { name: 'Add a passkey' }).click();
    await page.getByLabel('Name').fill('My laptop');
    await page.getByRole('button', { name: 'Go on' }).click();
    await page.getByText('The passkey is added').waitFor();
  }

  test.for(views)('shows passkeys, sessions and the password ($theme, $width px)', async (view) => {
    const visited = await atAccount(view);
    const { page } = visited;
    await addAuthenticator(page);
    await examine(visited);
    await page.getByRole('button', { name: 'Add a passkey' }).click();
    await page.getByLabel('Name').waitFor();
    await examine(visited);
    await page.getByRole('button', { name: 'Cancel' }).click();
    await addPasskey(page);
    await page.getByText('For localhost.').waitFor();
    await examine(visited);
    await page.getByRole('button', { name: 'Remove My laptop' }).click();
    await page.getByRole('heading', { name: 'Remove My laptop?' }).waitFor();
    await examine(visited);
  });

  test('takes a passkey, which then signs in alone and proves its person before a reveal', async () => {
    const { page, email } = await atAccount();
    const setVerified = await addAuthenticator(page);
    await addPasskey(page);
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('button', { name: 'Use a passkey' }).click();
    await page.getByRole('link', { name: 'Customers' }).first().waitFor();

    const { customer_id } = (await brand.call('POST', '/customers', { body: person() })).json;
    await page.goto(page.url().replace(/\/console\/.*/, `/console/blue-ridge/customers/${customer_id}`));
    await page.getByRole('button', { name: 'Reveal' }).click();
    await page.getByLabel('Reason').fill('Compared with the paper form.');
    const operatorId = await operatorOf(email);
    for (const session of await sessionsOf(open.world.system.db, operatorId as never))
      await setProof(open.world.system, session, undefined);
    await new Promise((resolve) => setTimeout(resolve, 700));
    await page.getByRole('button', { name: 'Show the number' }).click();
    await setVerified(false);
    await page.getByRole('button', { name: 'Use your passkey' }).click();
    await page.getByText('No passkey was used. Try again.').waitFor();
    await setVerified(true);
    await page.getByRole('button', { name: 'Use your passkey' }).click();
    await page.getByText('hidden in').waitFor();
    await settled(open.world);
    const entries = (await brand.call('GET', `/audit?actor=${operatorId}`)).json.data as readonly {
      readonly operation: string;
      readonly actor: { readonly user: string };
      readonly facts?: object;
    }[];
    const operations = entries.map(({ operation }) => operation);
    for (const operation of ['openSession', 'addPasskey', 'openPasskeySession', 'revealSsn'])
      expect(operations).toContain(operation);
    expect(entries.every(({ actor }) => actor.user === email)).toBe(true);
  });

  const operatorOf = async (email: string): Promise<string> =>
    String(
      (await open.world.sql('select operator_id from operators where email = $1', [email]))[0]?.[
        'operator_id'
      ],
    );

  test('says where passkeys work where the address is another', async () => {
    const { page } = await open.visit('/sign-in');
    await page.goto(page.url().replace('localhost', '127.0.0.1'));
    await page.getByRole('button', { name: 'Use a passkey' }).click();
    await page.getByText(/Passkeys work at http:\/\/localhost:\d+ only/).waitFor();
  });

  test('changes its password after a proof, and keeps what was typed before it', async () => {
    const { page, email } = await atAccount();
    await page.getByRole('button', { name: 'Change the password' }).click();
    await page.getByLabel('New password').fill('short');
    await page.getByRole('button', { name: 'Change it' }).click();
    await page.getByText('Must be between 12 and 128 characters').waitFor();
    await page.getByLabel('New password').fill('seven other words, all plain');
    for (const session of await sessionsOf(open.world.system.db, (await operatorOf(email)) as never))
      await setProof(open.world.system, session, undefined);
    await new Promise((resolve) => setTimeout(resolve, 700));
    await page.getByRole('button', { name: 'Change it' }).click();
    await page.getByLabel('Password', { exact: true }).fill(password);
    await page.getByRole('button', { name: 'Go on' }).click();
    await page.getByText('The password is changed').waitFor();
  });
});

test('in live a password alone leads a compliance officer to a passkey, which opens the rest', {
  timeout: timeoutMs,
}, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'clientele-live-'));
  createRootKeyFile(join(folder, 'root.key'));
  const port = await freePort();
  const open = await openConsole({
    env: {
      CLIENTELE_ENVIRONMENT: 'live',
      CLIENTELE_ROOT_KEY_FILE: join(folder, 'root.key'),
      CLIENTELE_PORT: String(port),
      CLIENTELE_PUBLIC_URL: `http://localhost:${port}`,
    },
  });
  try {
    const brand = await open.world.brand('Blue Ridge');
    const { email } = await newPerson(open.world.system, brand.brandId, { roles: ['compliance'] });
    const visited = await open.visit('/blue-ridge/audit');
    const { page } = visited;
    await addAuthenticator(page);
    await page.getByLabel('Email').fill(email);
    await page.getByLabel('Password').fill(password);
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await page.getByText('Add one to go on').waitFor();
    expect(new URL(page.url()).pathname).toBe('/console/account');
    await examine(visited);
    await page.getByRole('button', { name: 'Add a passkey' }).click();
    await page.getByLabel('Name').fill('My laptop');
    await page.getByRole('button', { name: 'Go on' }).click();
    await page.getByRole('link', { name: 'To the console' }).click();
    await page.getByRole('link', { name: 'Audit trail' }).first().waitFor();
  } finally {
    await open.close();
    await rm(folder, { recursive: true, force: true });
  }
});
