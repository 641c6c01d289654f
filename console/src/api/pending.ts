/** Calls that openapi.json does not have yet, as they are agreed. What it has is in schema.d.ts. */
export interface Session {
  readonly account: { readonly operator_id: string; readonly name: string; readonly email: string };
  readonly brands: {
    readonly bond_brand_id: string;
    readonly name: string;
    readonly slug: string;
    readonly roles: string[];
    readonly scopes: string[];
  }[];
  readonly environment: 'sandbox' | 'live';
  readonly confirmed_until: string | null;
}
export interface SignInOptions {
  readonly environment: 'sandbox' | 'live';
  readonly first_start: boolean;
  readonly demo: { readonly account: string; readonly name: string; readonly roles: string[] }[];
}
interface Answer<Body> {
  readonly parameters: object;
  readonly responses: {
    readonly 200: { readonly headers: object; readonly content: { readonly 'application/json': Body } };
  };
}
interface Posted<Sent, Body> extends Answer<Body> {
  readonly requestBody: { readonly content: { readonly 'application/json': Sent } };
}

export interface PendingPaths {
  readonly '/session': {
    readonly get: Answer<Session>;
    readonly delete: Answer<Session>;
    readonly post: Posted<{ readonly email: string; readonly password: string }, Session>;
  };
  readonly '/session/options': { readonly get: Answer<SignInOptions> };
  readonly '/session/demo': { readonly post: Posted<{ readonly account: string }, Session> };
  readonly '/session/confirmation': {
    readonly post: Posted<{ readonly password: string }, { readonly confirmed_until: string }>;
  };
  readonly '/session/invitation': {
    readonly post: Posted<
      { readonly token: string; readonly name?: string; readonly email?: string; readonly password: string },
      Session
    >;
  };
  readonly '/actors': {
    readonly get: Answer<{
      readonly data: { readonly id: string; readonly kind: string; readonly name: string }[];
    }>;
  };
}
