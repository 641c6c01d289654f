import { test } from 'vitest';
import { checkEverybody } from '../screening/everybody.ts';

test('10,000 customers are checked after an update of the lists, with a kill in between', {
  timeout: 900_000,
}, async () => {
  process.stderr.write(`${await checkEverybody(10_000)}\n`);
});
