import type { Command } from 'commander';
import { Option } from 'commander';
import {
  brandOption,
  entryNumber,
  entryOrTime,
  example,
  exportOption,
  fileOption,
  formatOf,
  reasonOption,
} from './options.ts';

/** The commands that move data in and out, and those that replace keys. */
export function addDataCommands(program: Command): void {
  addImport(program);
  addExports(program.command('export').description('Write data of a brand to a file.'));
  addVerifyAudit(program);
  addVerifyFile(program);
  addVerifyRecords(program);
  addAudit(program.command('audit').description('Investigate with the audit trail.'));
  addAcceptRestore(program);
  addBackup(program);
  addRotations(
    program
      .command('rotate')
      .description('Replace encryption keys while the service runs. Resumes an interrupted rotation.'),
  );
}

function addImport(program: Command): void {
  const command = program
    .command('import <file>')
    .description(
      'Create a customer from every line of a file, a pipe, or standard input (-). Each line is the body of a create as JSON, or a row of a table. Gzip is unpacked.',
    )
    .addOption(brandOption())
    .addOption(
      new Option(
        '--format <format>',
        'ndjson: one JSON object a line. csv: comma-separated values with a header row of field names.',
      )
        .choices(['ndjson', 'csv'])
        .default('ndjson'),
    )
    .option(
      '--report <file>',
      'Write each problem to a new file, as a table of line, field and message, without values.',
    )
    .option(
      '--skip-bad',
      'Import the valid lines even if others are not. By default nothing is written then.',
    )
    .addOption(reasonOption())
    .action(async (file, options, command) =>
      (await import('../commands/import.ts')).importFile(formatOf(command), file, options),
    );
  example(command, 'import customers.ndjson --brand "Blue Ridge"');
}

function addExports(exports: Command): void {
  addAuditExport(exports);
  const customers = exports
    .command('customers')
    .description('Write the customers of a brand, one JSON object a line or as a table, with masked SSNs.')
    .addOption(brandOption())
    .addOption(exportOption())
    .addOption(
      new Option(
        '--format <format>',
        'ndjson: as the API answers them. csv: a table with the first two addresses.',
      )
        .choices(['ndjson', 'csv'])
        .default('ndjson'),
    )
    .addOption(reasonOption())
    .action(async (options, command) =>
      (await import('../commands/export.ts')).exportCustomers(formatOf(command), options),
    );
  example(customers, 'export customers --brand "Blue Ridge" --file customers.ndjson');
  addCustomerFile(exports);
}

function addAuditExport(exports: Command): void {
  const command = exports
    .command('audit')
    .description('Write the audit trail of a brand, one JSON object a line. Anyone can verify the file.')
    .addOption(brandOption())
    .addOption(exportOption())
    .option(
      '--from <entry>',
      'The first entry: its number, or a date or time from which on (ISO 8601, UTC). Without it, entry 1.',
      entryOrTime,
    )
    .option(
      '--to <entry>',
      'The last entry: its number, or a date or time before which (ISO 8601, UTC). Without it, the end.',
      entryOrTime,
    )
    .option(
      '--customer <id>',
      'Only the entries about this customer, present or deleted. The file alone does not show that none is missing.',
    )
    .addOption(
      new Option(
        '--format <format>',
        'ndjson: signed lines to verify. csv: a table to read, which cannot be verified.',
      )
        .choices(['ndjson', 'csv'])
        .default('ndjson'),
    )
    .option('--with-reasons', 'Write the reasons too, which may name people. In live this takes --reason.')
    .addOption(new Option('--reason <text>', 'Why you export, for the audit trail.'))
    .action(async (options, command) =>
      (await import('../commands/export.ts')).exportAudit(formatOf(command), options),
    );
  example(
    command,
    'export audit --brand "Blue Ridge" --file november.ndjson --from 2026-11-01 --to 2026-12-01',
  );
}

function addCustomerFile(exports: Command): void {
  const command = exports
    .command('customer <id>')
    .description(
      'Write everything that is held about one person, present or deleted, to a ZIP file with a signed manifest.',
    )
    .addOption(brandOption())
    .addOption(exportOption())
    .option('--full-ssn', 'Write SSNs in full, in a file of their own. Otherwise they are masked.')
    .addOption(reasonOption())
    .action(async (id, options, command) =>
      (await import('../commands/records/customer-file.ts')).exportCustomer(formatOf(command), id, options),
    );
  example(
    command,
    'export customer 8559dec0-2edb-4c3c-a3c5-32de10174c34 --brand "Blue Ridge" --file person.zip',
  );
}

function addVerifyFile(program: Command): void {
  const command = program
    .command('verify-file <file>')
    .description("Check that a customer's file is unchanged and complete. Needs nothing but the file.")
    .option('--key <key...>', 'Your public key as doctor shows it, or a file with one key a line.')
    .action(async (path, options, command) =>
      (await import('../commands/records/customer-file.ts')).verifyFile(formatOf(command), path, options),
    );
  example(command, 'verify-file person.zip --key audit-keys.txt');
}

function addVerifyRecords(program: Command): void {
  const command = program
    .command('verify-records')
    .description(
      'Compare every record of a brand with its proof and with the audit trail, and name what differs.',
    )
    .addOption(brandOption())
    .action(async (options, command) =>
      (await import('../commands/records/verify-records.ts')).verifyRecords(formatOf(command), options),
    );
  example(command, 'verify-records --brand "Blue Ridge"');
}

function addVerifyAudit(program: Command): void {
  const command = program
    .command('verify-audit <file>')
    .description(
      'Check that an exported audit trail is unchanged. Needs nothing but the file, or standard input (-).',
    )
    .option('--key <key...>', 'Your public key as doctor shows it, or a file with one key a line.')
    .option('--earlier <file>', 'An earlier export that this one has to agree with.')
    .option(
      '--anchors <file>',
      'The anchor file of a machine that ran the service (CLIENTELE_AUDIT_ANCHOR_FILE).',
    )
    .action(async (path, options, command) =>
      (await import('../commands/verify-audit.ts')).verifyAudit(formatOf(command), path, options),
    );
  example(command, 'verify-audit trail.ndjson --key audit-keys.txt --earlier trail-of-last-month.ndjson');
}

function addAudit(audit: Command): void {
  const key = audit
    .command('key')
    .description(
      'List whose data a key saw between two moments, and how. The audit trail records the question.',
    )
    .addOption(brandOption())
    .requiredOption('--key <key>', "The key's Identity or name. It may be revoked.")
    .option('--from <time>', 'Only from this date or time on (ISO 8601, UTC).')
    .option('--to <time>', 'Only before this date or time (ISO 8601, UTC).')
    .action(async (options, command) =>
      (await import('../commands/audit.ts')).auditKey(formatOf(command), options),
    );
  example(key, 'audit key --brand "Blue Ridge" --key back-office --from 2026-11-24 --to 2026-11-25');
}

function addAcceptRestore(program: Command): void {
  const command = program
    .command('accept-restore')
    .description('Let an audit trail go on after a restored backup that ends before the last anchor.')
    .requiredOption('--brand <name>', "The brand's name or id.")
    .option(
      '--accept-unproven <number>',
      'Accept this number of entries without a proof at the end of a database of an older version. Without the option, the command names them.',
      entryNumber,
    )
    .addOption(reasonOption())
    .action(async (options, command) =>
      (await import('../commands/restore.ts')).acceptRestore(formatOf(command), options),
    );
  example(command, 'accept-restore --brand "Blue Ridge"');
}

function addBackup(program: Command): void {
  const backup = program
    .command('backup')
    .description(
      'Write everything in the database to one file, sealed as it is stored. The service may run during the backup.',
    )
    .addOption(fileOption())
    .action(async (options, command) =>
      (await import('../commands/backup.ts')).backup(formatOf(command), options),
    );
  example(backup, 'backup --file /backups/2026-11-24.backup');

  const restore = program
    .command('restore <file>')
    .description(
      'Fill a new data directory, or an empty database, from a backup, which may come from a pipe or standard input (-). Its API keys are disabled until clientele keys enable.',
    )
    .option(
      '--audit <file...>',
      'Exports of the audit trail that are newer than the backup: lost legal holds are named, and keys that were revoked since stay revoked.',
    )
    .option('--unsigned', 'Take a backup of an older version, which has no signature.')
    .action(async (file, options, command) =>
      (await import('../commands/restore.ts')).restore(formatOf(command), file, options),
    );
  example(restore, 'restore /backups/2026-11-24.backup --audit trail-of-today.ndjson');
}

const rotations = {
  brand: 'Give a brand a new key, and seal its records again under it.',
  index: 'Give a brand a new key for its blind indexes, and index its customers again under it.',
} as const;

function addRotations(rotate: Command): void {
  for (const kind of ['brand', 'index'] as const) {
    const command = rotate
      .command(`${kind}-key`)
      .description(rotations[kind])
      .option('--brand <name>', "The brand's name or id. Required unless --all is given.")
      .option('--all', 'Rotate the key of every brand, one after the other.')
      .addOption(reasonOption())
      .action(async (options, command) =>
        (await import('../commands/rotate.ts')).rotateBrands(formatOf(command), kind, options),
      );
    example(command, `rotate ${kind}-key --brand "Blue Ridge"`);
  }
  const root = rotate
    .command('root-key')
    .description("Start using a new root key, and wrap every brand's keys with it. Touches no record.")
    .addOption(reasonOption())
    .action(async (options, command) =>
      (await import('../commands/rotate.ts')).rotateRootKey(formatOf(command), options),
    );
  example(root, 'rotate root-key');
}
