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

/**
 * The types that a pattern stands for: one type by its name, or all that begin with what is before a `*` at
 * the end (`customer*`, `kyc.*`, `*`). Empty for a pattern that stands for none.
 */
export function typesOf(pattern: string): readonly EventType[] {
  const all = Object.keys(eventTypes) as EventType[];
  if (!pattern.endsWith('*')) return all.filter((type) => type === pattern);
  const beginning = pattern.slice(0, -1);
  return all.filter((type) => type.startsWith(beginning));
}

/** Days for which events can be read. */
export const eventDays = 30;
