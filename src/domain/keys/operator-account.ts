/**
 * Who an operator is: an account of the machine, told apart from others by its number (uid) alone. The rule of two
 * operators rests on it, so only facts count that an operator with one account cannot choose.
 */

/** What the kernel says about a process. */
export interface KernelFacts {
  /** The uid of the process. `undefined` on systems without uids. */
  readonly uid: number | undefined;
  /** `/proc/self/loginuid`. `undefined` where it cannot be read. */
  readonly login: string | undefined;
  /** `/proc/self/uid_map`. `undefined` where it cannot be read. */
  readonly uidMap: string | undefined;
}

/** The uid of the kernel for "never logged in": services, and most containers. */
const noLogin = 4_294_967_295;

/**
 * The uid of the operator behind a process.
 *
 * For root it is the uid of the login, which Linux keeps for all processes that come from it, through `sudo` and `su`.
 * For another account it is the account itself: a process without a login can set its own login once, to any uid.
 */
export function operatorUid({ uid, login, uidMap }: KernelFacts): number | undefined {
  if (uid !== 0 || !isWholeMap(uidMap) || !/^\d+\s*$/.test(login ?? '')) return uid;
  return Number(login) === noLogin ? uid : Number(login);
}

/**
 * Whether the process is in a user namespace of its own. There a person can have any uid, so operators cannot be told
 * apart. A machine without `/proc` says nothing, and counts as one where Linux runs on it.
 */
export const isInUserNamespace = (
  { uid, uidMap }: KernelFacts,
  platform: NodeJS.Platform = process.platform,
): boolean => uid !== undefined && platform === 'linux' && !isWholeMap(uidMap);

/** The map of the first namespace: every uid is itself. */
const isWholeMap = (map: string | undefined): boolean => /^\s*0\s+0\s+4294967295\s*$/.test(map ?? '');

/** How an account is written in the audit trail: `mo (uid 1001)`, or `uid 1001` where it has no name. */
export const accountLabel = (uid: number, name: string | undefined): string =>
  name === undefined ? `uid ${uid}` : `${name} (uid ${uid})`;

/** Whether two labels are the same operator. One with a uid and one without are not told apart. */
export function isSameOperator(one: string, other: string): boolean {
  const [first, second] = [uidOf(one), uidOf(other)];
  if (first === undefined && second === undefined) return one === other;
  return first === undefined || second === undefined || first === second;
}

const uidOf = (label: string): string | undefined => /(?:^|\()uid (\d+)\)?$/.exec(label)?.[1];
