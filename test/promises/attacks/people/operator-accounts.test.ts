import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import type { KernelFacts } from '../../../../src/domain/keys/operator-account.ts';
import {
  accountLabel,
  isInUserNamespace,
  isSameOperator,
  operatorUid,
} from '../../../../src/domain/keys/operator-account.ts';

// One operator with one account wants to count as two. What the kernel says comes from real processes of this machine.
// The planted fault is to believe the login of any process: with it, the attack works.

const printFacts = 'id -u; echo ,; cat /proc/self/loginuid; echo ,; cat /proc/self/uid_map';

/** What the kernel says about a process of an account, after a line of its own. */
function factsAfter(line: string, wrapper: readonly string[] = []): KernelFacts | undefined {
  const [command = 'sh', ...words] = [...wrapper, 'sh', '-c', `${line}; ${printFacts}`];
  const { status, stdout } = spawnSync(command, words, { encoding: 'utf8' });
  if (status !== 0) return undefined;
  const [uid, login, uidMap] = stdout.split(',');
  return { uid: Number(uid), login: login?.trim() ?? '', uidMap: uidMap ?? '' };
}

const isRoot = process.getuid?.() === 0;
const ordinary = isRoot ? ['setpriv', '--reuid', '4711', '--clear-groups'] : [];
const isLoginUnset = factsAfter('true')?.login === '4294967295';
const inNamespace = factsAfter('true', [...ordinary, 'unshare', '--user', '--map-root-user']);

/** The planted fault. */
const believed = ({ login }: KernelFacts): number => Number(login);

describe.skipIf(process.platform !== 'linux')('one person with one account', () => {
  test.skipIf(!isLoginUnset)(
    'who writes a login that was never set counts as the account all the same',
    () => {
      const own = factsAfter('true', ordinary);
      const [one, two] = [4_001, 4_002].map((login) =>
        factsAfter(`echo ${login} > /proc/self/loginuid`, ordinary),
      );
      if (!own || !one || !two) throw new Error('The processes did not run.');
      expect([one, two].map(({ login }) => login)).toEqual(['4001', '4002']);
      expect([one, two].map(operatorUid)).toEqual([own.uid, own.uid]);
      expect([one, two].map(believed)).toEqual([4_001, 4_002]);
    },
  );

  test.skipIf(!isRoot || !isLoginUnset)('root behind a login is the person who logged in', () => {
    expect(operatorUid(factsAfter('true') as KernelFacts)).toBe(0);
    const behind = factsAfter('echo 4001 > /proc/self/loginuid');
    expect(operatorUid(behind as KernelFacts)).toBe(4_001);
  });

  test.skipIf(inNamespace === undefined)('root of a user namespace is nobody that is known', () => {
    const facts = inNamespace as KernelFacts;
    expect(facts.uid).toBe(0);
    expect(isInUserNamespace(facts)).toBe(true);
    expect(operatorUid({ ...facts, login: '4001' })).toBe(0);
  });
});

test('a machine without /proc tells no operators apart on Linux, and does elsewhere', () => {
  const facts: KernelFacts = { uid: 501, login: undefined, uidMap: undefined };
  expect([isInUserNamespace(facts, 'linux'), isInUserNamespace(facts, 'darwin')]).toEqual([true, false]);
  expect(operatorUid(facts)).toBe(501);
});

test('one account with a name, without one, or with another name is one operator', () => {
  const labels = [accountLabel(4_001, 'mo'), accountLabel(4_001, undefined), accountLabel(4_001, 'mo2')];
  expect(labels).toEqual(['mo (uid 4001)', 'uid 4001', 'mo2 (uid 4001)']);
  expect(labels.flatMap((one) => labels.map((other) => isSameOperator(one, other)))).not.toContain(false);
  expect(isSameOperator('mo (uid 4001)', 'mo (uid 4002)')).toBe(false);
  // A proposal of an older version has a name only.
  expect(isSameOperator('mo', 'jo (uid 4001)')).toBe(true);
  // An account whose name looks like a uid.
  expect(isSameOperator('uid 4002 (uid 4001)', 'uid 4002')).toBe(false);
});
