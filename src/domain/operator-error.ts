/**
 * An error whose message is written for the operator: whole sentences that say what cannot be done and end
 * with the next step. It never holds a secret or anything about a person, so it may be shown and logged.
 */
export class OperatorError extends Error {
  override readonly name: string = 'OperatorError';
}
