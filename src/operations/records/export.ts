import type { Input } from '../../contract/operation.ts';
import type { Contract } from '../../contract/table.ts';
import { Refusal } from '../../domain/errors.ts';
import { OperatorError } from '../../domain/operator-error.ts';
import { asciiJson, cleanText } from '../../domain/text.ts';
import { listBrands } from '../../store/brands/brands.ts';
import { writeParts } from '../../store/statement-parts.ts';
import { allPlaced } from '../audit/export.ts';
import { openProfile } from '../customers/change.ts';
import type { Answer, Context } from '../system.ts';
import { customerFile } from './customer-file.ts';
import { readKept } from './kept-customer.ts';
import { zipped } from './zip.ts';

/**
 * Everything that is held about one person, with masked SSNs. The answer begins once its audit entry is committed, and
 * is made while it is sent. It ends before its end where something cannot be read, or the customer changes.
 */
export async function exportCustomerFile(
  context: Context,
  { params, body }: Input<Contract['exportCustomerFile']>,
): Promise<Answer> {
  const { system, scope, keyring } = context;
  const { customer_id: customerId } = params;
  const kept = await readKept(scope, customerId);
  if (!kept) throw new Refusal('customer_dne');
  await openProfile(context, kept.row);
  const reason = { words: cleanText(body.reason), keyring };
  await writeParts(scope, [context.journal({ customerId, reason })]);
  // What can be refused is refused before the answer begins.
  await allPlaced(system, scope).catch((error: unknown) => {
    throw error instanceof OperatorError ? new Refusal('unavailable', undefined, { cause: error }) : error;
  });
  const brand = (await listBrands(system.db)).find(({ brandId }) => brandId === scope.brandId);
  if (!brand) throw new Error('A key has no brand.');
  const file = zipped(customerFile(system, { brand, customerId, hasFullSsn: false }));
  const head = asciiJson({
    customer_id: customerId,
    file_name: `customer-${customerId}.zip`,
    media_type: 'application/zip',
  });
  return { status: 200, body: `${head.slice(0, -1)},"content":"`, rest: base64(file) };
}

/** The pieces in base64, and the end of their JSON. */
async function* base64(pieces: AsyncIterable<Buffer>): AsyncGenerator<string> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const piece of pieces) {
    const all = Buffer.concat([rest, piece]);
    const whole = all.length - (all.length % 3);
    rest = all.subarray(whole);
    yield all.subarray(0, whole).toString('base64');
  }
  yield `${rest.toString('base64')}"}`;
}
