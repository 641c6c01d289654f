/** What the proof of a check of an audit trail is bound to. */
export const auditCheckBound = {
  check_id: 'text',
  state: 'text',
  requested_at: 'instant',
  checked: 'number',
  entries: 'number',
  broken_at: 'number',
  hash: 'text',
  key: 'text',
  finished_at: 'instant',
} as const;
