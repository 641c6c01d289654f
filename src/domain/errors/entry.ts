/** The form of an entry of the error catalogue. */

/** Bond's three types of error: of the caller, of the service, and of a process that cannot continue. */
export type ErrorType = 'Request Error' | 'Server Error' | 'Process Error';

export interface ErrorEntry {
  /** HTTP status. */
  readonly status: number;
  readonly type: ErrorType;
  /** The default message. It never contains a value from the request. */
  readonly message: string;
  /** For the reference: when this happens and what to do next. */
  readonly help: string;
}

/** Bad input. */
export const schema = (of: string): ErrorEntry => ({
  status: 400,
  type: 'Request Error',
  message: `The request to ${of} does not match its schema.`,
  help: 'Message is an object from field path to a list of problems; it contains every invalid field. Correct the fields and send the request again.',
});

/** A fault of the service. */
export const unknown = (what: string): ErrorEntry => ({
  status: 500,
  type: 'Server Error',
  message: `Something went wrong on our side while ${what}. Try again; if it persists, give the operator the X-Request-Id of this answer.`,
  help: 'A fault of the service. No partial change was written. The log line with this request id has the details.',
});
