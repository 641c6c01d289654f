import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';

/** The published schemas of the protocol, so that what is sent in tests is held to what the page promises. */
const schemas = JSON.parse(readFileSync(new URL('../../docs/kyc-protocol.json', import.meta.url), 'utf8'));

const ajv = new Ajv2020({ strict: false, validateFormats: false }).addSchema(schemas, 'protocol');

export type ProtocolBody = 'verification' | 'status' | 'documents' | 'answer' | 'begun' | 'callback';

/** What is wrong with a body, as one sentence; empty where nothing is. */
export function schemaErrorsOf(body: ProtocolBody, value: unknown): string {
  const isRight = ajv.validate(`protocol#/$defs/${body}`, value);
  return isRight ? '' : ajv.errorsText(ajv.errors, { dataVar: body });
}
