import { defineConfig } from 'vitest/config';

// The tests that `npm run test:mutation` runs for each change of the code: those of rules and keys, which start nothing.
export default defineConfig({
  test: {
    include: [
      'test/{short-text,time}.test.ts',
      'test/customers/{address-rules,lock,paging-rules,record,values}.test.ts',
      'test/kyc/{providers,rules}.test.ts',
      'test/retention/rules.test.ts',
      'test/vault/{keys,known-answers,swaps,vault}.test.ts',
      'test/webhooks/{backoff,signature}.test.ts',
    ],
    testTimeout: 120_000,
  },
});
