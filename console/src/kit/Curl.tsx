import { Button } from './Button.tsx';
import { copyText, useShortly } from './Copy.tsx';

export interface Call {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** Below the prefix of the API: `/customers`. */
  readonly path: string;
  readonly body?: unknown;
}

/** The call as a command for a shell. The key's two headers are left blank. */
export function curlOf({ method, path, body }: Call, origin = location.origin): string {
  const lines = [
    `curl ${method === 'GET' ? '' : `-X ${method} `}'${origin}/api/v0.1${path}'`,
    `  -H 'Identity: IDENTITY'`,
    `  -H 'Authorization: AUTHORIZATION'`,
  ];
  if (body !== undefined) {
    lines.push(`  -H 'Content-Type: application/json'`);
    lines.push(`  -d '${JSON.stringify(body).replaceAll("'", `'\\''`)}'`);
  }
  return lines.join(' \\\n');
}

/** Copies the call that the page, or the form, makes. */
export function CopyCurl({ call, small }: { readonly call: () => Call; readonly small?: boolean }) {
  const [copied, show] = useShortly();
  return (
    <Button
      icon={copied ? 'check' : 'terminal'}
      small={small}
      onClick={() => void copyText(curlOf(call())).then(show)}
    >
      {copied ? 'Copied' : 'Copy as curl'}
    </Button>
  );
}
