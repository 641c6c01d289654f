import { Argument, type Command } from 'commander';
import { shells } from '../completion.ts';
import { example, formatOf, processCount } from './options.ts';

/** The commands that run the service and look after the installation. */
export function addServiceCommands(program: Command): void {
  const serve = program
    .command('serve')
    .description(
      'Run the service, with its own PostgreSQL unless CLIENTELE_DATABASE_URL names one. The first start creates the database and, in a sandbox, the root key and the demo data.',
    )
    .option('--processes <count>', 'How many processes share the port.', processCount, 1)
    .option('--api-only', 'Answer requests only, and leave background work to: clientele worker')
    .action(async (options, command) =>
      (await import('../commands/serve.ts')).serve(formatOf(command), options),
    );
  example(serve, 'serve --processes 4');

  const worker = program
    .command('worker')
    .description(
      'Do the background work (events, webhooks, verifications, erasure, rotation) for servers that run with --api-only. Any number of workers may run.',
    )
    .action(async (_options, command) => (await import('../commands/worker.ts')).worker(formatOf(command)));
  example(worker, 'worker');

  const doctor = program
    .command('doctor')
    .description('Examine the installation and say what to do about each finding. Changes nothing.')
    .action(async (_options, command) => (await import('../commands/doctor.ts')).doctor(formatOf(command)));
  example(doctor, 'doctor');

  const migrate = program
    .command('migrate')
    .description('Bring the schema of the database up to date. serve does this too when it starts.')
    .action(async (_options, command) => (await import('../commands/migrate.ts')).migrate(formatOf(command)));
  example(migrate, 'migrate');

  const completion = program
    .command('completion')
    .description('Print the script that completes commands and options in a shell.')
    .addArgument(new Argument('<shell>', 'The shell.').choices(shells))
    .action(async (shell) => (await import('../commands/completion.ts')).completion(program, shell));
  example(completion, 'completion bash > ~/.local/share/bash-completion/completions/clientele');
}
