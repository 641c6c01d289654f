import { Refusal } from '../../domain/errors.ts';
import type { BrandId, ProgramId } from '../../domain/ids.ts';
import { asciiJson } from '../../domain/text.ts';
import { makeRunDue } from '../../store/kyc/runs.ts';
import { asRefusal } from '../keyrings.ts';
import type { Answer, SignedCall, System } from '../system.ts';
import { scopeOf } from '../system.ts';
import { providerOf } from './programs.ts';

/**
 * Handles a provider's callback. It only makes the verification due for a poll, because a callback may be old,
 * duplicated or out of order.
 *
 * @throws Refusal `auth_err`, the same for a bad signature and for an unknown brand or program.
 */
export async function receiveKycCallback(
  system: System,
  { params, headers, body }: SignedCall,
): Promise<Answer> {
  const brandId = params['bond_brand_id'] as string as BrandId;
  const programId = params['program_id'] as string as ProgramId;
  const chosen = await providerOf(system, brandId, programId).catch(async (error: unknown) => {
    throw await asRefusal(system.db, error);
  });
  const callback = chosen?.provider.readCallback({ headers, body });
  if (!callback) throw new Refusal('auth_err');
  const isRunning = await makeRunDue(scopeOf(system, brandId), programId, callback.runId, system.now());
  if (isRunning) system.db.wake();
  return { status: 200, body: asciiJson('Callback received') };
}
