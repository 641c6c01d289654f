/** The event types, in the order of the reference. Bond's names are kept. */
export const eventTypes = {
  'customer.created': 'A customer was created.',
  'customer.updated': 'Fields of a customer changed, or its verification was started.',
  'customer.deleted': 'A customer was deleted.',
  'customer.screening.match':
    'A customer resembles an entry of a list of sanctioned people, and the match waits for a decision.',
  'kyc.verification.success': 'A verification passed.',
  'kyc.verification.failure': 'A verification failed.',
  'kyc.verification.document_required': 'A verification waits for documents.',
  'kyc.verification.under_review': 'A verification waits for a reviewer.',
  'kyc.verification.error': 'A verification could not be finished; the attempt was given back.',
  'kyc.verification.timeout': 'A verification expired.',
  'security.ssn_probing': 'A key used up a budget of lookups. It may be guessing SSNs or other values.',
  'security.bulk_reveal': 'A key read half of the full SSNs that it can read in a day.',
  'audit.checkpoint':
    'The audit trail was signed up to an entry. At most once a minute, and only where a subscription names this event or a prefix of it; `*` alone does not count.',
  'webhook.test': 'A test event was requested.',
  'webhook.disabled': 'A webhook subscription was disabled because its receiver failed for too long.',
  'webhook.stopped':
    'A webhook subscription was stopped because the key that answers for it was revoked, has expired or lacks a scope.',
} as const;

export type EventType = keyof typeof eventTypes;

const announcement = 'audit.checkpoint' satisfies EventType;

/** The patterns that ask for checkpoints: the type, and all its prefixes except the empty one. */
export const announcementPatterns: readonly string[] = [
  announcement,
  ...Array.from(announcement, (_, index) => `${announcement.slice(0, index + 1)}*`),
];

/**
 * The types that match a pattern: one type by its name, or all with the prefix before a final `*` (`customer*`,
 * `kyc.*`, `*`). Empty if none match.
 */
export function typesOf(pattern: string): readonly EventType[] {
  const all = Object.keys(eventTypes) as EventType[];
  if (!pattern.endsWith('*')) return all.filter((type) => type === pattern);
  const beginning = pattern.slice(0, -1);
  return all.filter((type) => type.startsWith(beginning));
}

/** Days for which events can be read. */
export const eventDays = 30;

export const eventOrders = ['oldest', 'newest'] as const;
