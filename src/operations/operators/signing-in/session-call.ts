import type { Input } from '../../../contract/operation.ts';
import type { Contract } from '../../../contract/table.ts';
import type { StoredOperator } from '../../../store/operators/accounts.ts';
import type { Answer, System } from '../../system.ts';
import type { NewSession, SignedIn } from '../sessions.ts';

/** What a browser keeps of a sign-in at the provider of a company until it is back. */
export interface Flow {
  /** 32 random bytes in base64url. */
  readonly secret: string;
  /** The page of the console that its person wanted. */
  readonly to: string | undefined;
}

/** A request about signing in, of a person who may not be known yet. */
export interface SessionCall {
  /** Present in operations for a person who has signed in. */
  readonly signedIn: SignedIn | undefined;
  /** What the cookie of the request carries, valid or not. */
  readonly token: string | undefined;
  /** The sign-in at the provider that this browser began. */
  readonly flow?: Flow | undefined;
  /** The network of the source address. */
  readonly network: string;
  /** The address at which people reach the console: `https://customers.example.com`. */
  readonly origin: string;
  /** Whether the request came directly from this machine. */
  readonly isLocal: boolean;
  readonly requestId: string;
  readonly operationId: string;
}

/** An answer that may begin or end a session. */
export interface SessionAnswer extends Answer {
  readonly begun?: NewSession;
  readonly hasEnded?: boolean;
  /** The account whose roles or facts the request has changed, without a change that was asked for. */
  readonly changedOperator?: Pick<StoredOperator, 'operatorId'>;
  /** A sign-in at the provider that begins in this browser. */
  readonly begunFlow?: Flow;
  readonly hasEndedFlow?: boolean;
}

/** The handler of a row for people who sign in. */
export type Call<Id extends keyof Contract> = (
  system: System,
  call: SessionCall,
  input: Input<Contract[Id]>,
) => Promise<SessionAnswer>;

/** The person of an operation for sessions. */
export const required = ({ signedIn }: SessionCall): SignedIn => {
  if (!signedIn) throw new Error('An operation for sessions ran without one.');
  return signedIn;
};
