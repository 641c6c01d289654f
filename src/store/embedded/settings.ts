import { type DataLayout, socketPort } from './data-layout.ts';

// Passed on the command line, where they override postgresql.conf and ALTER SYSTEM.
const fixed: Readonly<Record<string, string>> = {
  // No network. Only a user who can open the socket directory (0700) and has the password of a role can connect.
  listen_addresses: '',
  port: `${socketPort}`,
  unix_socket_permissions: '0700',
  password_encryption: 'scram-sha-256',

  // Up to sixteen processes with a few connections each, plus a worker and commands.
  max_connections: '120',
  shared_buffers: '128MB',
  // Huge pages are rarely configured, and requesting them logs a line on every start.
  huge_pages: 'off',

  // `replica` lets an operator take base backups. After a checkpoint, the first change of a page writes the whole page to the
  // WAL. With this much room there are few of those under heavy writes, and the recovery from a power cut takes seconds.
  wal_level: 'replica',
  max_wal_size: '1GB',
  min_wal_size: '64MB',

  timezone: 'UTC',
  log_timezone: 'UTC',

  // No row value and no parameter may reach the log. Messages of failed statements quote values ("invalid input
  // syntax for type uuid: …"), so they go only to the client that caused them. Messages about the server itself
  // (start, stop, recovery, damaged files) have a higher level and are logged.
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

/** Settings that must be on: if one is off, the server can lose an acknowledged write. */
export const requiredSettings = [
  'fsync',
  'full_page_writes',
  'synchronous_commit',
  'data_checksums',
] as const;

/** Where the server finds its data and its socket directory: the second may be relative to the first. */
export interface ServerPaths {
  readonly data: string;
  readonly socketDirectory: string;
}

/** The arguments of `postgres` for this data directory; `extra` settings override Clientele's own. */
export function serverArguments(
  layout: DataLayout,
  { data, socketDirectory }: ServerPaths,
  extra: Readonly<Record<string, string>> = {},
): string[] {
  const settings = {
    ...fixed,
    ...extra,
    cluster_name: layout.marker,
    // A list of directories: the quotes keep commas and spaces of a path in one item.
    unix_socket_directories: `"${socketDirectory.replaceAll('"', '""')}"`,
  };
  return ['-D', data, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])];
}

/** The argument that identifies a server which Clientele started for this directory. */
export const commandLineMarker = (layout: DataLayout) => `cluster_name=${layout.marker}`;
