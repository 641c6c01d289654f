import type { KeyObject } from 'node:crypto';
import { generateKeyPairSync, randomUUID, sign } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Configuration } from 'oidc-provider';
import { Provider } from 'oidc-provider';
import { freePort } from '../../fakes/ports.ts';

/** A provider of OpenID Connect on this machine: `oidc-provider`, with a page for signing in. */
export interface TestProvider {
  readonly issuer: string;
  /** The settings of a service that trusts it. */
  readonly settings: Readonly<Record<string, string>>;
  /** What it says of its people, by their subject. */
  readonly people: Map<string, ProviderPerson>;
  /** The number of requests that it has had, by path. */
  readonly asked: Map<string, number>;
  /** Changes the tokens that it gives out. */
  forge: Forge | undefined;
  close(): Promise<void>;
}

export interface ProviderPerson {
  readonly email?: string;
  readonly email_verified?: boolean;
  readonly name?: string;
  readonly groups?: readonly string[];
  readonly acr?: string;
  readonly amr?: readonly string[];
  /** Seconds since they signed in there, where that was not now. */
  readonly ago?: number;
}

/** What a token says, for a test that changes it. It is signed with the key of the provider, or with another one. */
export type Forge = (claims: Record<string, unknown>) => {
  readonly claims: Record<string, unknown>;
  readonly key?: KeyObject;
};

const clientSecret = 'a-secret-of-the-tests-alone-0123456789';

/** What the groups of the tests give. */
const groupRoles = {
  support: { '*': ['agent'] },
  officers: { '*': ['compliance'] },
  admins: { '*': ['admin', 'viewer'] },
  ridge: { 'Blue Ridge': ['viewer', 'developer'] },
};

export interface ProviderOptions {
  readonly port?: number;
  /** Claims beside the token, as OpenID Connect Core has it, or in it. */
  readonly claimsInToken?: boolean;
  /** How the service proves itself. */
  readonly clientAuth?: 'client_secret_basic' | 'client_secret_post';
}

export async function openProvider(options: ProviderOptions = {}): Promise<TestProvider> {
  const port = options.port ?? (await freePort());
  const issuer = `http://127.0.0.1:${port}`;
  const people = new Map<string, ProviderPerson>();
  const asked = new Map<string, number>();
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
  const jwk = { ...privateKey.export({ format: 'jwk' }), kid: randomUUID(), alg: 'RS256', use: 'sig' };
  const provider = new Provider(issuer, {
    ...configurationOf(people, options),
    jwks: { keys: [jwk as never] },
  });
  // The tests serve the console at a free port.
  provider.Client.prototype.redirectUriAllowed = (uri) =>
    /^http:\/\/localhost:\d+\/console\/sign-in\/callback$/.test(uri);
  provider.use(async (context, next) => {
    await next();
    const body = context.body as { id_token?: string } | undefined;
    if (context.path !== '/token' || !body?.id_token || !opened.forge) return;
    context.body = { ...body, id_token: forged(body.id_token, opened.forge, privateKey) };
  });
  const serve = provider.callback();
  const server = createServer((request, response) => {
    const [path = ''] = (request.url ?? '').split('?');
    asked.set(path, (asked.get(path) ?? 0) + 1);
    if (path.startsWith('/interaction/')) void interact(provider, people, request, response);
    else void serve(request, response);
  });
  await once(server.listen(port, '127.0.0.1'), 'listening');
  const folder = mkdtempSync(join(tmpdir(), 'clientele-provider-'));
  const file = join(folder, 'client.secret');
  writeFileSync(file, `${clientSecret}\n`);
  const opened: TestProvider = {
    issuer,
    people,
    asked,
    forge: undefined,
    settings: {
      CLIENTELE_OIDC_ISSUER: issuer,
      CLIENTELE_OIDC_CLIENT_ID: 'clientele',
      CLIENTELE_OIDC_CLIENT_SECRET_FILE: file,
      CLIENTELE_OIDC_ROLES: JSON.stringify(groupRoles),
      CLIENTELE_OIDC_LABEL: 'Universal Exports',
    },
    async close() {
      server.closeAllConnections();
      await once(server.close(), 'close');
      rmSync(folder, { recursive: true, force: true });
    },
  };
  return opened;
}

/** A token with other claims, signed again. */
function forged(token: string, forge: Forge, own: KeyObject): string {
  const [head = '', payload = ''] = token.split('.');
  const { claims, key = own } = forge(JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')));
  const content = `${head}.${Buffer.from(JSON.stringify(claims)).toString('base64url')}`;
  return `${content}.${sign('sha256', Buffer.from(content), key).toString('base64url')}`;
}

/** What the provider says of a person that no test has described. */
const standardPerson = (sub: string): ProviderPerson => ({
  email: `${sub}@example.com`,
  email_verified: true,
  name: 'Maria Chen',
  groups: ['support'],
});

function configurationOf(people: Map<string, ProviderPerson>, options: ProviderOptions): Configuration {
  return {
    clients: [
      {
        client_id: 'clientele',
        client_secret: clientSecret,
        require_auth_time: true,
        redirect_uris: ['http://localhost:8080/console/sign-in/callback'],
        token_endpoint_auth_method: options.clientAuth ?? 'client_secret_basic',
      },
    ],
    findAccount: (_context, sub) => ({
      accountId: sub,
      claims: () => {
        const { acr: _acr, amr: _amr, ago: _ago, ...claims } = people.get(sub) ?? standardPerson(sub);
        return { sub, ...claims } as never;
      },
    }),
    claims: { openid: ['sub', 'amr'], profile: ['name', 'groups'], email: ['email', 'email_verified'] },
    conformIdTokenClaims: !(options.claimsInToken ?? true),
    acrValues: ['phr'],
    clientAuthMethods: [options.clientAuth ?? 'client_secret_basic'],
    cookies: { keys: ['a key of the tests'] },
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_context, { uid }) => `/interaction/${uid}` },
    // Nobody is asked what they allow.
    loadExistingGrant: async (context) => {
      const { client, provider, session } = context.oidc;
      const grant = new provider.Grant({
        clientId: client?.clientId ?? '',
        accountId: session?.accountId ?? '',
      });
      grant.addOIDCScope('openid profile email');
      await grant.save();
      return grant;
    },
    ttl: { AuthorizationCode: 3_600, Interaction: 3_600, Session: 86_400, Grant: 86_400 },
    pkce: { required: () => true },
  };
}

/** The page of the provider: a person says who they are, or leaves. */
async function interact(
  provider: Provider,
  people: ReadonlyMap<string, ProviderPerson>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (request.method === 'GET') {
    await provider.interactionDetails(request, response);
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(page);
    return;
  }
  let body = '';
  for await (const chunk of request) body += String(chunk);
  const login = new URLSearchParams(body).get('login') ?? '';
  const { acr, amr, ago } = people.get(login) ?? {};
  const ts = ago === undefined ? undefined : Math.floor(Date.now() / 1_000) - ago;
  const result =
    login === ''
      ? { error: 'access_denied', error_description: 'The person left.' }
      : {
          login: { accountId: login, ...(acr && { acr }), ...(amr && { amr: [...amr] }), ...(ts && { ts }) },
        };
  await provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false });
}

const page = `<!doctype html><html lang="en"><title>The provider</title><body><form method="post">
<label>Login <input name="login"></label> <button>Go on</button></form></body></html>`;

/** A browser at the provider, without its pages: it keeps cookies. */
export class ProviderBrowser {
  readonly #cookies = new Map<string, string>();

  /** Signs in at an address of the provider, and answers what the provider sends the console. */
  async signIn(url: string, login: string): Promise<Readonly<Record<string, string>>> {
    let at = url;
    for (let steps = 0; steps < 12; steps += 1) {
      const isPage = new URL(at).pathname.startsWith('/interaction/');
      const response = await fetch(at, {
        redirect: 'manual',
        headers: { cookie: [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ') },
        ...(isPage && { method: 'POST', body: new URLSearchParams({ login }) }),
      });
      for (const cookie of response.headers.getSetCookie()) {
        const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
        this.#cookies.set(name, value);
      }
      const location = response.headers.get('location');
      if (location === null)
        throw new Error(`The provider answered ${response.status} ${await response.text()}`);
      at = new URL(location, at).href;
      if (new URL(at).pathname === '/console/sign-in/callback')
        return Object.fromEntries(new URL(at).searchParams);
    }
    throw new Error('The provider sends the browser in a circle.');
  }
}
