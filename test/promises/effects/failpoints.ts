/** Where a process can be made to die: see serve.ts. */
export const failpoints = [
  'before the key is looked up',
  'after the key was looked up',
  'before the change is sent',
  'when the change is sent',
  'when the change is committed',
  'before the answer is written',
  'when the answer is written',
  'before others are woken',
  'when the sequencer has looked',
  'before places are written',
  'when places are written and not committed',
] as const;
export type Failpoint = (typeof failpoints)[number];
