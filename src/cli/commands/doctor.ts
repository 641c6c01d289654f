import type { Config } from '../../config.ts';
import type { Finding } from '../../operations/installation/doctor.ts';
import { withProgramName } from '../failure.ts';
import type { Format } from '../output.ts';
import { coloured, printAnswer, printNotice } from '../output.ts';
import { formatTable } from '../table.ts';

/** Examines the installation. The exit code is 1 if any finding is red. */
export async function doctor(format: Format): Promise<void> {
  const findings = await examineConfigured(format);
  printAnswer(
    format,
    findings.map(({ nextStep, ...finding }) => ({
      ...finding,
      ...(nextStep !== undefined && { next_step: withProgramName(nextStep) }),
    })),
    () => findingsText(findings),
  );
  if (findings.some(({ state }) => state === 'red')) process.exitCode = 1;
}

async function examineConfigured(format: Format): Promise<readonly Finding[]> {
  const [
    { ConfigError, consoleOrigin, readConfig, unsafeInLive, weakestTransport },
    runtime,
    rootKey,
    { examine, redSentences },
    { redirectUri },
  ] = await Promise.all([
    import('../../config.ts'),
    import('../../runtime.ts'),
    import('../../root-key.ts'),
    import('../../operations/installation/doctor.ts'),
    import('../../operations/operators/signing-in/provider-flow.ts'),
  ]);
  let config: Config;
  try {
    config = readConfig();
  } catch (error) {
    // Without valid settings, no other check is possible.
    if (!(error instanceof ConfigError)) throw error;
    return error.message.split('\n').map((line) => redSentences('settings', line));
  }
  return examine(
    {
      ...config,
      isEmbedded: config.databaseUrl === undefined,
      transport: weakestTransport(config),
      rootKeyLocation: rootKey.rootKeyLocationOf(config),
      rootKeySource: rootKey.keySourceOf(config),
      unsafe: unsafeInLive(config),
      signIn: () => {
        const company = runtime.openIdentity(config, runtime.wallClock);
        return company && { ...company, redirectUri: redirectUri({ origin: consoleOrigin(config) }) };
      },
      now: runtime.wallClock,
    },
    () => runtime.openStorage(config, 'command', { notice: (sentence) => printNotice(format, sentence) }),
  );
}

const marks = { green: '✓', yellow: '!', red: '✗' } as const;

function findingsText(findings: readonly Finding[]): string {
  const name = Math.max(...findings.map(({ check }) => check.length));
  const width = Math.max(40, Math.min(process.stdout.columns ?? 100, 110) - name - 14);
  const rows = findings.map(({ check, state, explanation, nextStep }) => [
    coloured(process.stdout, state, `${marks[state]} ${state}`),
    check,
    nextStep === undefined || nextStep === explanation
      ? explanation
      : `${explanation} ${withProgramName(nextStep)}`,
  ]);
  const count = (wanted: Finding['state']) => findings.filter(({ state }) => state === wanted).length;
  const [reds, yellows] = [count('red'), count('yellow')];
  const sum =
    reds + yellows === 0
      ? coloured(process.stdout, 'green', 'All is well.')
      : coloured(
          process.stdout,
          reds > 0 ? 'red' : 'yellow',
          `${reds} red (needs a fix), ${yellows} yellow (worth a look), ${count('green')} green.`,
        );
  return `${formatTable([], rows, [9, name + 2, width])}\n\n${sum}`;
}
