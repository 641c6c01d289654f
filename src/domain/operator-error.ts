/**
 * An error with a message for the operator: full sentences that say what failed and end with the next step. It
 * contains no secret and no personal data, so it may be shown and logged.
 */
export class OperatorError extends Error {
  override readonly name: string = 'OperatorError';
}
