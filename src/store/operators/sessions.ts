import type { Id, OperatorId } from '../../domain/ids.ts';
import type { LinkPurpose } from '../../domain/operators/sessions.ts';
import type { Instant } from '../../domain/time.ts';
import { toPostgres } from '../../domain/time.ts';
import {
  bytes,
  columns,
  flag,
  id,
  number,
  optional,
  text,
  unprovenInstant,
  unprovenText,
} from '../columns.ts';
import type { Connection } from '../connection/database.ts';
import { statement } from '../connection/database.ts';
import { sql } from '../sql.ts';

// Sessions and links belong to an account, which belongs to no brand.

export type SessionId = Id<'session'>;

export interface StoredSession {
  /** SHA-256 of the token, 32 bytes. */
  readonly digest: Buffer;
  readonly sessionId: SessionId;
  readonly operatorId: OperatorId;
  readonly generation: number;
  /** Whether a passkey has proven the person. */
  readonly isStrong: boolean;
  readonly createdAt: Instant;
  readonly seenAt: Instant;
  /** When the person last proved who they are. */
  readonly confirmedAt: Instant | undefined;
  readonly mac: string;
}

const sessions = columns({
  digest: bytes(),
  sessionId: id<SessionId>(),
  operatorId: id<OperatorId>(),
  generation: number(),
  isStrong: flag(),
  createdAt: unprovenInstant(),
  seenAt: unprovenInstant(),
  confirmedAt: optional(unprovenInstant()),
  mac: unprovenText(),
});

const byDigest = statement(
  'operator_session_by_digest',
  `select ${sessions.list} from operator_sessions where digest = $1`,
);

export async function findSession(db: Connection, digest: Buffer): Promise<StoredSession | undefined> {
  const [row] = await db.run(byDigest, [digest]);
  return row && sessions.read(row);
}

const ofOperator = statement(
  'operator_sessions_of',
  `select ${sessions.list} from operator_sessions where operator_id = $1 order by operator_sessions.created_at`,
);

export const sessionsOf = async (db: Connection, id: OperatorId): Promise<readonly StoredSession[]> =>
  (await db.run(ofOperator, [id])).map(sessions.read);

const insert = sql(
  'operator_session_insert',
  `insert into operator_sessions
     (digest, session_id, operator_id, generation, is_strong, created_at, seen_at, confirmed_at, mac)
   values (:digest, :sessionId, :operatorId, :generation, :isStrong, :createdAt, :seenAt, :confirmedAt, :mac)`,
);

export async function insertSession(db: Connection, session: StoredSession): Promise<void> {
  await insert.run(db, {
    ...session,
    createdAt: toPostgres(session.createdAt),
    seenAt: toPostgres(session.seenAt),
    confirmedAt: session.confirmedAt && toPostgres(session.confirmedAt),
  });
}

const change = sql(
  'operator_session_change',
  `update operator_sessions set generation = :generation, is_strong = :isStrong, seen_at = :seenAt, confirmed_at = :confirmedAt, mac = :mac
    where digest = :digest and mac = :old returning 1`,
);

/** Stores the next state of a session. False where it was changed or has ended since it was read. */
export async function changeSession(db: Connection, next: StoredSession, old: string): Promise<boolean> {
  const { digest, generation, isStrong, mac } = next;
  const seenAt = toPostgres(next.seenAt);
  const confirmedAt = next.confirmedAt && toPostgres(next.confirmedAt);
  return (await change.run(db, { digest, generation, isStrong, mac, seenAt, confirmedAt, old })).length > 0;
}

const end = sql('operator_session_end', 'delete from operator_sessions where digest = :digest returning 1');
const endOthers = sql(
  'operator_sessions_end',
  'delete from operator_sessions where operator_id = :operatorId and digest <> :but::bytea returning 1',
);

export async function endSession(db: Connection, digest: Buffer): Promise<void> {
  await end.run(db, { digest });
}

/** Ends every session of an account but one, or every one. */
export async function endSessions(db: Connection, operatorId: OperatorId, but?: Buffer): Promise<void> {
  await endOthers.run(db, { operatorId, but: but ?? Buffer.alloc(0) });
}

export interface StoredLink {
  /** SHA-256 of the token, 32 bytes. */
  readonly digest: Buffer;
  readonly purpose: LinkPurpose;
  /** `undefined` for the first start. */
  readonly operatorId: OperatorId | undefined;
  readonly generation: number;
  readonly expiresAt: Instant;
  readonly mac: string;
}

const links = columns({
  digest: bytes(),
  purpose: text<LinkPurpose>(),
  operatorId: optional(id<OperatorId>()),
  generation: number(),
  expiresAt: unprovenInstant(),
  mac: unprovenText(),
});

const linkByDigest = statement(
  'operator_link_by_digest',
  `select ${links.list} from operator_links where digest = $1`,
);

export async function findLink(db: Connection, digest: Buffer): Promise<StoredLink | undefined> {
  const [row] = await db.run(linkByDigest, [digest]);
  return row && links.read(row);
}

const insertLinkSql = sql(
  'operator_link_insert',
  `insert into operator_links (digest, purpose, operator_id, generation, expires_at, mac)
   values (:digest, :purpose, :operatorId, :generation, :expiresAt, :mac)`,
);
const endLinksSql = sql(
  'operator_links_end',
  'delete from operator_links where operator_id is not distinct from :operatorId::uuid',
);
const useLinkSql = sql('operator_link_use', 'delete from operator_links where digest = :digest returning 1');

/** Stores a link in the place of the earlier ones of its account. */
export async function insertLink(db: Connection, link: StoredLink): Promise<void> {
  await endLinks(db, link.operatorId);
  await insertLinkSql.run(db, { ...link, expiresAt: toPostgres(link.expiresAt) });
}

/** Ends the links of an account, or those of the first start. */
export async function endLinks(db: Connection, operatorId: OperatorId | undefined): Promise<void> {
  await endLinksSql.run(db, { operatorId });
}

/** Uses a link up. False where it was used before. */
export const useLink = async (db: Connection, digest: Buffer): Promise<boolean> =>
  (await useLinkSql.run(db, { digest })).length > 0;

const everySession = statement('operator_sessions_end_all', 'delete from operator_sessions');
const everyLink = statement('operator_links_end_all', 'delete from operator_links');

/** Ends all sessions and links of all accounts. */
export async function endEverySession(db: Connection): Promise<void> {
  await db.run(everySession, []);
  await db.run(everyLink, []);
}
