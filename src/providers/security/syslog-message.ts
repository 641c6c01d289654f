/** The parts of a syslog message (RFC 5424 section 6). */
export interface SyslogMessage {
  readonly facility: number;
  readonly severity: number;
  /** RFC 3339 with at most six digits of a second. */
  readonly at: string;
  readonly hostname: string;
  readonly appName: string;
  readonly procId?: string;
  readonly msgId?: string;
  readonly message: string;
}

/** A header field: printable ASCII without spaces, cut to its length, or the nil value. */
function field(text: string | undefined, most: number): string {
  const clean = (text ?? '').replaceAll(/[^\x21-\x7e]/g, '').slice(0, most);
  return clean === '' ? '-' : clean;
}

/** A message without structured data, whose names would need an enterprise number. */
export function formatSyslog(parts: SyslogMessage): string {
  const { facility, severity, at, message } = parts;
  const header = [
    `<${facility * 8 + severity}>1`,
    at,
    field(parts.hostname, 255),
    field(parts.appName, 48),
    field(parts.procId, 128),
    field(parts.msgId, 32),
  ];
  return `${header.join(' ')} - ${message}`;
}

/** A message for a stream, with its length in octets before it (RFC 6587 section 3.4.1, RFC 5425 section 4.3). */
export const octetCounted = (message: string): string => `${Buffer.byteLength(message)} ${message}`;
