import type { SecurityEventName } from '../../src/domain/security-events.ts';
import { securityEventMembers, securityEvents, severities } from '../../src/domain/security-events.ts';

const example = {
  at: '2026-11-28T15:04:05.123456+00:00',
  event_id: '0b9f6c1e-4f3a-4c57-9d0e-6d2f0a7b8c91',
  security_event: 'scope_refused',
  severity: 'warning',
  outcome: 'refused',
  source: '203.0.113.7',
  key: '8d9fbd2e-6f0c-4c35-9d40-1f6a3c1d5a20',
  brand_id: '3f0b1c52-9d0f-4e3c-8a51-2f1f0e9b7c44',
  operation: 'revealSsn',
  request_id: 'f2c1b7a04d3e9-41',
};

/** docs/security-events.md, from the catalogue. */
export function securityEventsPage(): string {
  const names = Object.keys(securityEvents) as SecurityEventName[];
  const rows = names.map((name) => {
    const { severity, when } = securityEvents[name];
    return `| \`${name}\` | ${severity} (${severities[severity]}) | ${when} |`;
  });
  const members = Object.entries(securityEventMembers).map(([name, text]) => `| \`${name}\` | ${text} |`);
  return `# Security events

<!-- Made from src/domain/security-events.ts by npm run generate. -->

A security event says that something happened which an investigation asks about. Each is one line of the log and, where they are set, goes to syslog (\`CLIENTELE_SYSLOG_URL\`) and to a SIEM (\`CLIENTELE_SIEM_URL\`). [Pushing security events](pushing-security-events.md) says how. \`clientele_security_events_total\` counts them by name.

An event carries ids, addresses of machines and names of operations. It never carries a value of a person, a secret, or text that a client wrote.

## The events

| event | severity (as in syslog) | when |
| --- | --- | --- |
${rows.join('\n')}

Events of commands (\`data_exported\`, \`key_created\`, \`key_rotated\`, \`key_revoked\`, \`provider_changed\`) are recorded when the audit entry of the command gets its number, usually within a second. Where no server or worker runs, that is when the next one starts. The audit entry names the operator.

## Members

A member without a value is absent.

| member | |
| --- | --- |
${members.join('\n')}

\`\`\`json
${JSON.stringify(example)}
\`\`\`

In the log the line also has the members that every line of the log has: \`level\` and \`time\`.
`;
}
