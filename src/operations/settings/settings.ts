import type { Input } from '../../contract/operation.ts';
import type { Contract } from '../../contract/table.ts';
import { asciiJson } from '../../domain/text.ts';
import { withOffset } from '../../domain/time.ts';
import { keyVersions } from '../../store/brands/brand-keys.ts';
import { readServerFacts } from '../../store/installation/server-facts.ts';
import type { ProgramFacts } from '../kyc/programs.ts';
import { programFacts } from '../kyc/programs.ts';
import type { Answer, Context } from '../system.ts';

/** How the brand and the service are set. */
export async function getSettings(
  { system, scope, principal }: Context,
  _input: Input<Contract['getSettings']>,
): Promise<Answer> {
  const [programs, keys, database] = await Promise.all([
    programFacts(system, scope.brandId),
    keyVersions(scope),
    readServerFacts(system.db),
  ]);
  const { version, environment, addressVerifier, auditReads } = system;
  const body = {
    validation: principal.validation,
    programs: programs.map(shownProgram),
    keys: keys.map(({ kind, version, since }) => ({ kind, version, date_created: withOffset(since) })),
    service: {
      version,
      environment,
      database_version: database.version,
      address_verifier: addressVerifier,
      audit_reads: auditReads,
    },
  };
  return { status: 200, body: asciiJson(body) };
}

const shownProgram = ({ programId, name, provider, url, proposed, isProposalAltered }: ProgramFacts) => ({
  program_id: programId,
  name,
  provider,
  ...(url !== undefined && { url }),
  ...(isProposalAltered && { proposal_altered: true }),
  ...(proposed && {
    proposed: {
      change_id: proposed.changeId,
      provider: proposed.provider,
      ...(proposed.url !== undefined && { url: proposed.url }),
      proposed_by: proposed.proposedBy,
      date_proposed: withOffset(proposed.proposedAt),
      date_expires: withOffset(proposed.expiresAt),
    },
  }),
});
