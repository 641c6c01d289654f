import { createServer } from 'node:http';
import { ParseServer } from 'parse-server';

/**
 * Parse Server as an expert would run it for this load: on PostgreSQL, without the log, files, push and live queries
 * that nobody asks for, with a fixed schema and an index for each request that is measured. Callers have the
 * application id and the REST key, so that permissions of classes and rows are checked.
 *
 * `PEER_DATABASE`: host, port, user, password and database as JSON. `PEER_KEY`: the REST key.
 */

const { host, port, user, password, database } = JSON.parse(process.env.PEER_DATABASE ?? '{}');
const uri = `postgres://${user}:${password}@localhost:${port}/${database}?max=16`;
const everyone = { '*': true };
const text = { type: 'String' };
const api = new ParseServer({
  appId: 'bench',
  masterKey: 'master-key-of-the-bench',
  restAPIKey: process.env.PEER_KEY,
  serverURL: 'http://127.0.0.1/parse',
  databaseURI: uri,
  // The socket that Clientele and the floors use, too. Parse Server warns of the option, and hands it to its driver.
  databaseOptions: { host },
  silent: true,
  logsFolder: null,
  verbose: false,
  enableAnonymousUsers: false,
  allowClientClassCreation: false,
  schema: {
    strict: true,
    definitions: [
      {
        className: 'Customer',
        fields: {
          dob: text,
          first_name: text,
          middle_name: text,
          last_name: text,
          ssn: text,
          phone: text,
          phone_country_code: text,
          email: text,
          kyc_requests_available: { type: 'Number' },
          addresses: { type: 'Array' },
        },
        classLevelPermissions: {
          find: everyone,
          get: everyone,
          create: everyone,
          update: everyone,
          delete: everyone,
          addField: {},
        },
      },
    ],
  },
});
await api.start();
const server = createServer(api.app).listen(0, '127.0.0.1', () => {
  process.stderr.write(`port ${server.address().port}\n`);
});
process.on('SIGTERM', () => process.exit(0));
