import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { KycEvent } from '../../src/domain/kyc/verification.ts';
import { kycEvents, kycStatuses, kycTable, runningStatuses } from '../../src/domain/kyc/verification.ts';

const page = readFileSync(new URL('../../docs/kyc.md', import.meta.url), 'utf8');

test('the page shows the table that the code follows, row by row', () => {
  const rows = (Object.keys(kycEvents) as KycEvent[]).map((kycEvent) => {
    const cells = runningStatuses.map((status) => {
      const transition = kycTable[status][kycEvent];
      return transition ? `\`${transition.status}\`` : '–';
    });
    return `| ${kycEvents[kycEvent]} | ${cells.join(' | ')} |`;
  });
  const head = `| what happens | ${runningStatuses.map((status) => `\`${status}\``).join(' | ')} |`;
  expect(page).toContain([head, '| --- | --- | --- | --- |', ...rows].join('\n'));
});

test('the page names the event of every status', () => {
  const events = new Map<string, string>();
  for (const status of runningStatuses)
    for (const transition of Object.values(kycTable[status]))
      if (transition) events.set(transition.status, transition.event);
  expect([...events.keys()].sort()).toEqual([...kycStatuses].sort());
  for (const [status, event] of events) expect(page).toContain(`| \`${status}\` | \`${event}\` |`);
});
