import { type DataLayout, socketPort } from './data-layout.ts';

// Given on the command line, where they win over postgresql.conf and ALTER SYSTEM.
const fixed: Readonly<Record<string, string>> = {
  // No network: whoever may open the socket directory (0700) is the superuser, anybody else is nobody.
  listen_addresses: '',
  port: `${socketPort}`,
  unix_socket_permissions: '0700',

  // Up to sixteen processes with a pool of a few connections each, a worker and commands beside them.
  max_connections: '120',
  shared_buffers: '128MB',
  // Huge pages are seldom configured, and asking for them costs a line in the log on every start.
  huge_pages: 'off',

  // `replica` lets an operator take base backups; the WAL bound is what makes recovery after a power cut a
  // matter of seconds, at the price of more frequent checkpoints under heavy writing.
  wal_level: 'replica',
  max_wal_size: '256MB',
  min_wal_size: '64MB',

  timezone: 'UTC',
  log_timezone: 'UTC',

  // No value of a row and no parameter may reach the log. Messages of failed statements quote values ("invalid
  // input syntax for type uuid: …"), so errors stay with the client that caused them; what concerns the server
  // itself (starts, stops, recovery, broken files) ranks above them and is logged.
  log_destination: 'stderr',
  logging_collector: 'off',
  log_line_prefix: '%m [%p] ',
  log_min_messages: 'log',
  log_min_error_statement: 'panic',
  log_error_verbosity: 'terse',
  log_statement: 'none',
  log_duration: 'off',
  log_min_duration_statement: '-1',
  log_min_duration_sample: '-1',
  log_transaction_sample_rate: '0',
  log_parameter_max_length: '0',
  log_parameter_max_length_on_error: '0',
  log_lock_waits: 'off',
  log_temp_files: '-1',
  log_autovacuum_min_duration: '-1',
  log_checkpoints: 'off',
  log_connections: '',
  log_disconnections: 'off',
  log_replication_commands: 'off',
  debug_print_parse: 'off',
  debug_print_rewritten: 'off',
  debug_print_plan: 'off',
};

/** What the server must confirm once it runs: each of these being off can lose an acknowledged write. */
export const mustBeOn = ['fsync', 'full_page_writes', 'synchronous_commit', 'data_checksums'] as const;

/** The arguments of `postgres` for this data directory; `extra` settings win over Clientele's own. */
export function serverArguments(
  place: DataLayout,
  socketDirectory: string,
  extra: Readonly<Record<string, string>> = {},
): string[] {
  const settings = {
    ...fixed,
    ...extra,
    cluster_name: place.marker,
    // A list of directories: the quotes keep commas and spaces of a path in one item.
    unix_socket_directories: `"${socketDirectory.replaceAll('"', '""')}"`,
  };
  return [
    '-D',
    place.data,
    ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
  ];
}

/** How the command line of a server started for this directory, and by Clientele, can be told from others. */
export const markOf = (place: DataLayout) => `cluster_name=${place.marker}`;
