/** What can be announced, in the order in which a reader meets it. Names that Bond has are Bond's. */
export const eventTypes = {
  'customer.created': 'A customer was created.',
  'customer.updated': 'Fields of a customer changed, or its verification was started.',
  'customer.deleted': 'A customer was deleted.',
  'kyc.verification.success': 'A verification passed.',
  'kyc.verification.failure': 'A verification failed.',
  'kyc.verification.document_required': 'A verification waits for documents.',
  'kyc.verification.under_review': 'Somebody looks at a verification.',
  'kyc.verification.error': 'A verification could not be finished; the attempt was given back.',
  'kyc.verification.timeout': 'A verification ran out.',
  'webhook.test': 'Somebody asked for a delivery to look at.',
  'webhook.disabled': 'A webhook subscription was disabled because its receiver failed for too long.',
} as const;

export type EventType = keyof typeof eventTypes;

export const isEventType = (text: string): text is EventType => Object.hasOwn(eventTypes, text);
