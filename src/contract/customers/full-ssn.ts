import Type from 'typebox';
import { revealReason } from '../../domain/audit/query.ts';
import { checkShortTexts } from '../../domain/text.ts';
import { shortTextField, uuid } from '../shapes.ts';
import { customerExample } from './examples.ts';
import { fullIdentification } from './schema.ts';

const closed = { additionalProperties: false } as const;

/** What an operation that shows a full SSN takes and answers. */
export const fullSsn = {
  body: {
    schema: Type.Object(
      {
        reason: shortTextField(
          'Why the SSN is needed; sealed, and shown with the audit entry.',
          revealReason,
        ),
        history_id: Type.Optional(
          uuid(
            'Shows the number that this change replaced (listCustomerHistory), in place of the present one.',
          ),
        ),
      },
      { title: 'SsnReason', ...closed },
    ),
    check: checkShortTexts({ reason: revealReason }),
    example: { reason: 'The customer asked us to compare the number with a paper form.' },
  },
  answer: {
    status: 200,
    description: 'The full number: of the SSN, or of the identification in its place.',
    schema: Type.Object(
      {
        customer_id: uuid("The customer's id."),
        ssn: Type.Optional(Type.String({ pattern: '^\\d{3}-\\d{2}-\\d{4}$' })),
        identification: Type.Optional(fullIdentification),
      },
      { title: 'FullSsn', ...closed },
    ),
    example: { customer_id: customerExample.customer_id, ssn: '123-45-6789' },
  },
} as const;
