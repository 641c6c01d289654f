import type { Input } from '../../../contract/operation.ts';
import type { BrandOperationId, Contract } from '../../../contract/table.ts';
import type { BrandId } from '../../../domain/ids.ts';
import { Problems } from '../../../domain/problems.ts';
import type { Instant } from '../../../domain/time.ts';
import { instantOfMillis, millisOf } from '../../../domain/time.ts';
import { openSandboxKyc } from '../../../providers/kyc-sandbox.ts';
import type { NewKey } from '../../brands/api-keys.ts';
import { openKeyUses } from '../../key-use.ts';
import type { DemoAccount } from '../../operators/demo.ts';
import { openSessionCheck } from '../../operators/sessions.ts';
import { closeSession, openDemoSession } from '../../operators/signing-in/sign-in.ts';
import type { Principal } from '../../principal.ts';
import { openKeyCheck } from '../../principal.ts';
import type { Handler } from '../../run.ts';
import { perform } from '../../run.ts';
import type { System } from '../../system.ts';
import { handlers } from '../../table.ts';
import { openReceiver } from './receiver.ts';

/** Calls an operation of a brand as its handler is called for a request. Answers the parsed body. */
export type Caller = <Id extends BrandOperationId>(
  operationId: Id,
  input?: Partial<Pick<Input<Contract[Id]>, 'params' | 'query' | 'body'>>,
  // biome-ignore lint/suspicious/noExplicitAny: the shape of an answer is its row's.
) => Promise<any>;

/** A sandbox's past: its clock, its people and its keys. */
export interface Stage {
  /** The system as it was then. */
  readonly system: System;
  /** Moves the clock forward to so many days before now. */
  goTo(daysAgo: number): void;
  /** What a key does. */
  withKey(key: NewKey): Caller;
  /** What a person does between signing in and signing out. */
  signedIn<Result>(account: DemoAccount['account'], work: (call: Caller) => Promise<Result>): Promise<Result>;
  /** Writes when the keys were used. */
  close(): Promise<void>;
}

/** Milliseconds of this clock for each request, so that nothing happens at the same time. */
const step = 47_000;

export function openStage(present: System, brandId: BrandId): Stage {
  const clock = openClock(millisOf(present.now()));
  const { now } = clock;
  const sandbox = openSandboxKyc({ now, delaySeconds: 1 });
  const system: System = {
    ...present,
    now,
    outbound: openReceiver(),
    kycProvider: (choice) => (choice.provider === 'sandbox' ? sandbox : present.kycProvider(choice)),
  };
  const uses = openKeyUses(system.db, now);
  const keys = openKeyCheck({ db: system.db, keyrings: system.keyrings, now, uses });

  const callAs =
    (authenticated: () => Promise<Principal>): Caller =>
    async (operationId, given = {}) => {
      clock.advance(step);
      const { answer } = await perform(system, await authenticated(), {
        call: { operationId, requestId: system.newId() },
        handler: handlers[operationId] as Handler,
        input: {
          params: {},
          query: {},
          ...given,
          deferredProblems: new Problems(),
          ifMatch: 'none',
        } as never,
        repeat: undefined,
      });
      return JSON.parse(answer.body);
    };

  return {
    system,
    goTo: clock.goTo,
    withKey: ({ identity, authorization }) =>
      callAs(() => keys.authenticate(identity, authorization, '127.0.0.1')),
    async signedIn(account, work) {
      const call = {
        signedIn: undefined,
        token: undefined,
        origin: 'http://localhost',
        ...fromHere,
      } as const;
      const input = { params: {}, deferredProblems: new Problems(), ifMatch: 'none' } as const;
      const requestId = system.newId();
      const signIn = { ...input, query: undefined, body: { account } };
      const { begun } = await openDemoSession(
        system,
        { ...call, requestId, operationId: 'openDemoSession' },
        signIn,
      );
      if (!begun) throw new Error('The account of the demo has no session.');
      const principal = await openSessionCheck(system).principal(begun.token, brandId);
      const result = await work(callAs(async () => principal));
      const signOut = { ...input, query: {}, body: undefined };
      const own = { ...call, requestId, operationId: 'closeSession', token: begun.token, signedIn: begun };
      await closeSession(system, own, signOut);
      return result;
    },
    close: () => uses.close(),
  };
}

const fromHere = { network: '127.0.0.1', isLocal: true } as const;

/** A clock before the present that only goes forward. */
function openClock(present: number) {
  let at = 0;
  const advanceTo = (millis: number) => {
    at = Math.min(Math.max(at, Math.round(millis)), present);
  };
  return {
    now: (): Instant => instantOfMillis(at),
    goTo: (daysAgo: number) => advanceTo(present - daysAgo * 86_400_000),
    advance: (millis: number) => advanceTo(at + millis),
  };
}
