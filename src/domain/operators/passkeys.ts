import type { Role } from './roles.ts';

/** How a browser reaches an authenticator (WebAuthn level 3, section 5.8.4). */
export const transports = ['ble', 'cable', 'hybrid', 'internal', 'nfc', 'smart-card', 'usb'] as const;
export type Transport = (typeof transports)[number];

/** Passkeys of one account. */
export const mostPasskeys = 10;
/** Seconds for which a challenge may be signed. */
export const challengeSeconds = 5 * 60;
/** COSE algorithms: Ed25519, ES256, RS256. */
export const algorithms = [-8, -7, -257] as const;

/** Whether roles count only in a session that more than a password has opened. */
export const needPasskey = (environment: 'sandbox' | 'live', roles: readonly Role[]): boolean =>
  environment === 'live' && roles.some((role) => role === 'compliance' || role === 'admin');

/** Whether a count of an authenticator says that there is a copy of it. One that does not count answers 0. */
export const isCopied = (before: number, after: number): boolean =>
  (before > 0 || after > 0) && after <= before;
