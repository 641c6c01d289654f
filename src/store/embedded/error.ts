import { OperatorError } from '../../domain/operator-error.ts';

/**
 * The embedded PostgreSQL cannot be opened. The message consists of full sentences for the operator and ends with
 * the next step. It names paths and pids, never row data.
 */
export class EmbeddedError extends OperatorError {
  override readonly name = 'EmbeddedError';
}
