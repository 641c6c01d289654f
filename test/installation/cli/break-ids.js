// Loaded before the program: making an id fails, with words that nobody may see.
import crypto from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';

crypto.randomUUID = function fail() {
  const error = new TypeError('123-45-6789');
  Error.captureStackTrace(error, fail);
  throw error;
};
syncBuiltinESMExports();
