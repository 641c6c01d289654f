import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { Refusal } from '../../domain/errors.ts';
import { normalPassword, passwordProblem } from '../../domain/operators/password.ts';
import { invalidField } from '../../domain/problems.ts';
import type { StoredOperator } from '../../store/operators/accounts.ts';

// Passwords are hashed with scrypt (RFC 7914). One hash takes 32 MiB and a quarter of a second of one core.

const cost = { N: 2 ** 15, r: 8, p: 3 } as const;
const keyBytes = 32;
const saltBytes = 16;
/** Node counts a little more than 128 * N * r. */
const maxmem = 64 * 1024 * 1024;

/** Hashes at once, so that people who sign in leave the process its cores and its memory. */
const atOnce = 2;
/** Those that wait beside them. Beyond, tries are refused. */
const mostWaiting = 64;

let running = 0;
const waiting: (() => void)[] = [];

async function inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
  if (running >= atOnce) {
    if (waiting.length >= mostWaiting) throw new Refusal('sign_in_limited', undefined, { retryAfter: 10 });
    await new Promise<void>((resolve) => waiting.push(resolve));
  } else running += 1;
  try {
    return await work();
  } finally {
    const next = waiting.shift();
    if (next) next();
    else running -= 1;
  }
}

const derive = (password: string, salt: Buffer, { N, r, p }: typeof cost): Promise<Buffer> =>
  inTurn(
    () =>
      new Promise((resolve, reject) =>
        scrypt(normalPassword(password), salt, keyBytes, { N, r, p, maxmem }, (error, key) =>
          error ? reject(error) : resolve(key),
        ),
      ),
  );

/** `scrypt$N$r$p$salt$hash`, both in base64. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(saltBytes);
  const key = await derive(password, salt, cost);
  const { N, r, p } = cost;
  return ['scrypt', N, r, p, salt.toString('base64'), key.toString('base64')].join('$');
}

/** What a password is compared with where there is none, so that both take as long. */
const noSalt = randomBytes(saltBytes);
const noKey = randomBytes(keyBytes);

/** Whether a password is the one of a hash. Without a hash it takes as long, and is not. */
export async function isPassword(password: string, hashed: string | undefined): Promise<boolean> {
  const [, , , , salt, key] = hashed?.split('$') ?? [];
  const isKnown = salt !== undefined && key !== undefined;
  const wanted = isKnown ? Buffer.from(key, 'base64') : noKey;
  const found = await derive(password, isKnown ? Buffer.from(salt, 'base64') : noSalt, cost);
  return found.length === wanted.length && timingSafeEqual(found, wanted) && isKnown;
}

/** @throws InvalidInput where a person may not choose this password. */
export async function requireGoodPassword(
  password: string,
  { email, name }: Pick<StoredOperator, 'email' | 'name'>,
): Promise<void> {
  const { commonPasswords } = await import('./common-passwords.ts');
  const problem = passwordProblem(password, [email, name, 'clientele'], (lower) =>
    commonPasswords.has(lower),
  );
  if (problem !== undefined) throw invalidField('password', problem);
}
