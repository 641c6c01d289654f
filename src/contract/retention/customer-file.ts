import Type from 'typebox';
import { revealReason } from '../../domain/audit/query.ts';
import { checkShortTexts } from '../../domain/text.ts';
import { customerExample } from '../customers/examples.ts';
import { operation } from '../operation.ts';
import { shortTextField, uuid } from '../shapes.ts';
import { customerParam } from './schema.ts';

// Everything that is held about one person, as one file.

const closed = { additionalProperties: false } as const;
const customer_id = customerExample.customer_id;

const exportCustomerFile = operation({
  operationId: 'exportCustomerFile',
  confirmed: true,
  method: 'POST',
  path: '/customers/{customer_id}/file',
  tag: 'Retention',
  summary: 'Export everything that is held about a customer',
  description:
    'A ZIP file with the record, its history, consents, change requests, holds, verifications with their documents, events and audit entries, present or deleted, and a signed manifest that clientele verify-file checks. SSNs are masked. The answer is made while it is sent; where it cannot be finished, the connection ends before the end of the JSON. The audit entry with the reason is committed first.',
  scope: 'compliance:read',
  params: customerParam,
  body: {
    schema: Type.Object(
      { reason: shortTextField('Why; sealed, and shown with the audit entry.', revealReason) },
      { title: 'FileReason', ...closed },
    ),
    check: checkShortTexts({ reason: revealReason }),
    example: { reason: 'Request of 3 March.' },
  },
  answer: {
    status: 200,
    description: 'The file.',
    schema: Type.Object(
      {
        customer_id: uuid("The customer's id."),
        file_name: Type.String(),
        media_type: Type.String(),
        content: Type.String({ description: 'The ZIP file in base64.', contentEncoding: 'base64' }),
      },
      { title: 'CustomerFile', ...closed },
    ),
    example: {
      customer_id,
      file_name: `customer-${customer_id}.zip`,
      media_type: 'application/zip',
      content: 'UEsFBgAAAAAAAAAAAAAAAAAAAAAAAA==',
    },
    streamed: true,
  },
  schemaError: 'retention_schema',
  errors: ['customer_dne'],
  unknownError: 'unknown_export_customer_file',
});

export const customerFileOperations = { exportCustomerFile } as const;
