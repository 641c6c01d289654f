import type { Id, OperatorId } from '../../domain/ids.ts';
import type { Transport } from '../../domain/operators/passkeys.ts';
import type { Instant } from '../../domain/time.ts';
import { toPostgres } from '../../domain/time.ts';
import { bytes, columns, id, number, optional, unprovenInstant, unprovenText, words } from '../columns.ts';
import type { Connection } from '../connection/database.ts';
import { statement } from '../connection/database.ts';
import { sql } from '../sql.ts';

// Passkeys belong to an account, which belongs to no brand.

export type PasskeyId = Id<'passkey'>;

export interface StoredPasskey {
  readonly passkeyId: PasskeyId;
  /** As the authenticator names it, in base64url. */
  readonly credentialId: string;
  readonly operatorId: OperatorId;
  /** The generation of the account that it was made for. */
  readonly generation: number;
  readonly name: string;
  /** In the form of COSE. */
  readonly publicKey: Buffer;
  /** How often the authenticator has signed, if it counts. */
  readonly counter: number;
  readonly transports: readonly Transport[];
  /** The name of the host that it is for. */
  readonly rpId: string;
  readonly createdAt: Instant;
  readonly usedAt: Instant | undefined;
  readonly mac: string;
}

const passkeys = columns({
  passkeyId: id<PasskeyId>(),
  credentialId: unprovenText(),
  operatorId: id<OperatorId>(),
  generation: number(),
  name: unprovenText(),
  publicKey: bytes(),
  counter: number(),
  transports: words<Transport>(),
  rpId: unprovenText(),
  createdAt: unprovenInstant(),
  usedAt: optional(unprovenInstant()),
  mac: unprovenText(),
});

const byCredential = statement(
  'passkey_by_credential',
  `select ${passkeys.list} from operator_passkeys where credential_id = $1`,
);

export async function findPasskey(db: Connection, credentialId: string): Promise<StoredPasskey | undefined> {
  const [row] = await db.run(byCredential, [credentialId]);
  return row && passkeys.read(row);
}

const ofOperator = statement(
  'passkeys_of',
  `select ${passkeys.list} from operator_passkeys where operator_id = $1 order by operator_passkeys.created_at`,
);

export const passkeysOf = async (db: Connection, id: OperatorId): Promise<readonly StoredPasskey[]> =>
  (await db.run(ofOperator, [id])).map(passkeys.read);

const all = statement('passkeys_all', `select ${passkeys.list} from operator_passkeys`);

export const everyPasskey = async (db: Connection): Promise<readonly StoredPasskey[]> =>
  (await db.run(all, [])).map(passkeys.read);

const insert = sql(
  'passkey_insert',
  `insert into operator_passkeys
     (passkey_id, credential_id, operator_id, generation, name, public_key, counter, transports, rp_id, created_at, used_at, mac)
   values (:passkeyId, :credentialId, :operatorId, :generation, :name, :publicKey, :counter::bigint, :transports::text[],
           :rpId, :createdAt, :usedAt, :mac)
   on conflict do nothing returning 1`,
);

/** Stores a new passkey. False where the credential is known. */
export async function insertPasskey(db: Connection, passkey: StoredPasskey): Promise<boolean> {
  const given = {
    ...passkey,
    createdAt: toPostgres(passkey.createdAt),
    usedAt: passkey.usedAt && toPostgres(passkey.usedAt),
  };
  return (await insert.run(db, given)).length > 0;
}

const change = sql(
  'passkey_change',
  `update operator_passkeys set counter = :counter::bigint, used_at = :usedAt, generation = :generation, mac = :mac
    where passkey_id = :passkeyId and mac = :old returning 1`,
);

/** Stores the next state of a passkey. False where it was changed or removed since it was read. */
export async function changePasskey(db: Connection, next: StoredPasskey, old: string): Promise<boolean> {
  const { passkeyId, counter, generation, mac } = next;
  const usedAt = next.usedAt && toPostgres(next.usedAt);
  return (await change.run(db, { passkeyId, counter, usedAt, generation, mac, old })).length > 0;
}

const remove = sql(
  'passkey_delete',
  'delete from operator_passkeys where passkey_id = :passkeyId and operator_id = :operatorId returning 1',
);
const removeAll = sql('passkeys_delete', 'delete from operator_passkeys where operator_id = :operatorId');

export const deletePasskey = async (
  db: Connection,
  { passkeyId, operatorId }: Pick<StoredPasskey, 'passkeyId' | 'operatorId'>,
): Promise<boolean> => (await remove.run(db, { passkeyId, operatorId })).length > 0;

/** Removes the passkeys of an account. */
export async function deletePasskeys(db: Connection, operatorId: OperatorId): Promise<void> {
  await removeAll.run(db, { operatorId });
}

export interface StoredChallenge {
  /** SHA-256 of the challenge, 32 bytes. */
  readonly digest: Buffer;
  readonly expiresAt: Instant;
  readonly mac: string;
}

const challenges = columns({ digest: bytes(), expiresAt: unprovenInstant(), mac: unprovenText() });

const insertChallengeSql = sql(
  'challenge_insert',
  'insert into sign_in_challenges (digest, expires_at, mac) values (:digest, :expiresAt, :mac)',
);
const takeSql = sql(
  'challenge_take',
  `delete from sign_in_challenges where digest = :digest returning ${challenges.list}`,
);

export async function insertChallenge(db: Connection, challenge: StoredChallenge): Promise<void> {
  await insertChallengeSql.run(db, { ...challenge, expiresAt: toPostgres(challenge.expiresAt) });
}

/** Uses a challenge up, whatever comes of it. `undefined` where it was used before, or never existed. */
export async function takeChallenge(db: Connection, digest: Buffer): Promise<StoredChallenge | undefined> {
  const [row] = await takeSql.run(db, { digest });
  return row && challenges.read(row);
}
