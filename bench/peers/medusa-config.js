const { defineConfig } = require('@medusajs/framework/utils');

// Medusa reads its settings from this file. `medusa.cjs` starts it.
const { host, port, user, password, database } = JSON.parse(process.env.PEER_DATABASE ?? '{}');
const origin = 'http://127.0.0.1';
module.exports = defineConfig({
  projectConfig: {
    databaseUrl: `postgres://${user}:${password}@localhost:${port}/${database}?host=${encodeURIComponent(host)}`,
    // The socket that Clientele and the floors use, too.
    databaseDriverOptions: { ssl: false, connection: { ssl: false, host } },
    http: {
      jwtSecret: process.env.PEER_KEY,
      cookieSecret: 'cookie-secret-of-the-bench',
      storeCors: origin,
      adminCors: origin,
      authCors: origin,
    },
  },
  admin: { disable: true },
});
