import type { Command } from 'commander';
import { roleNames, roles } from '../../domain/operators/roles.ts';
import { commaSeparated, example, formatOf, reasonOption } from './options.ts';

/** The commands for the people who use the console. */
export function addOperators(program: Command): void {
  const operators = program.command('operators').description('Manage the people who use the console.');

  const list = operators
    .command('list')
    .description('List the accounts, with their roles.')
    .action(async (_options, command) =>
      (await import('../commands/operators/accounts.ts')).listOperators(formatOf(command)),
    );
  example(list, 'operators list');

  const create = operators
    .command('create <email>')
    .description(
      'Give a person roles, in every brand or in one. Without an account they get one, and a link to choose a password. Roles that they had there are replaced.',
    )
    .requiredOption('--roles <roles>', 'The roles, separated by commas, or all.', commaSeparated)
    .option('--brand <name>', "The brand's name or id. Without it the roles hold in every brand.")
    .addOption(reasonOption())
    .addHelpText('after', () => `\nRoles:\n${roleLines()}`)
    .action(async (email, options, command) =>
      (await import('../commands/operators/accounts.ts')).createOperator(formatOf(command), email, options),
    );
  example(create, 'operators create maria.chen@example.com --roles agent --brand "Blue Ridge"');

  const reset = operators
    .command('reset <email>')
    .description(
      'Take the password and passkeys of an account, end its sessions, and print a link for a new one. Also enables a disabled account.',
    )
    .addOption(reasonOption())
    .action(async (email, options, command) =>
      (await import('../commands/operators/accounts.ts')).resetOperator(formatOf(command), email, options),
    );
  example(reset, 'operators reset maria.chen@example.com');

  const link = operators
    .command('link <email>')
    .description(
      'Let an account sign in at the provider of the company (CLIENTELE_OIDC_ISSUER). Its password and passkeys go, and its sessions end.',
    )
    .requiredOption('--subject <subject>', 'Who the person is at the provider: the claim sub.')
    .addOption(reasonOption())
    .action(async (email, options, command) =>
      (await import('../commands/operators/accounts.ts')).linkOperator(formatOf(command), email, options),
    );
  example(link, 'operators link maria.chen@example.com --subject 00u1a2b3c4d5e6f7g8h9');

  const unlink = operators
    .command('unlink <email>')
    .description(
      'Take an account back from the provider, end its sessions, and print a link for a password. It keeps its roles.',
    )
    .addOption(reasonOption())
    .action(async (email, options, command) =>
      (await import('../commands/operators/accounts.ts')).unlinkOperator(formatOf(command), email, options),
    );
  example(unlink, 'operators unlink maria.chen@example.com');

  const disable = operators
    .command('disable <email>')
    .description('End an account: it signs in nowhere, and its sessions end within a second.')
    .addOption(reasonOption())
    .action(async (email, options, command) =>
      (await import('../commands/operators/accounts.ts')).disableOperator(formatOf(command), email, options),
    );
  example(disable, 'operators disable maria.chen@example.com');
}

function roleLines(): string {
  const width = Math.max(...roles.map((role) => role.length));
  return roles.map((role) => `  ${role.padEnd(width)}  ${roleNames[role]}`).join('\n');
}
