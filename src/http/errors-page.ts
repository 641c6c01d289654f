import { createHash } from 'node:crypto';
import { explainErrors } from '../contract/openapi/error-reference.ts';

const style = `
:root { color-scheme: light dark; }
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 46rem; margin: 0 auto; padding: 1rem 1.25rem 6rem; }
h2 { font-size: 1.15rem; margin: 0; }
code { font-family: ui-monospace, monospace; }
section { border-top: 1px solid GrayText; padding: 1rem 0.75rem; }
section:target { outline: 3px solid Highlight; outline-offset: -3px; }
p { margin: 0.4rem 0; }
h2 a { color: inherit; }
`;

/** Allows the page's one style and nothing else: no script, no image, no frame, no request. */
export const errorsPolicy = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;

/** The error catalogue for people. The `type` of a problem (RFC 9457) is an anchor on this page. */
export function errorsHtml(): string {
  const sections = explainErrors().map(
    ({ code, status, type, message, help, answeredBy }) => `
<section id="${code}" aria-labelledby="${code}-name">
<h2 id="${code}-name"><a href="#${code}"><code>${code}</code></a></h2>
<p>${status} · ${type} · answered by ${escaped(answeredBy)}</p>
<p><strong>${escaped(message)}</strong></p>
<p>${escaped(help)}</p>
</section>`,
  );
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Errors · Clientele</title>
<style>${style}</style>
</head>
<body>
<main>
<h1>Errors</h1>
<p>Every code this service can answer, what it means, and what to do next. The operations are in the <a href="/docs">reference</a>.</p>
${sections.join('\n')}
</main>
</body>
</html>
`;
}

const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
/** Text as HTML, also within an attribute. */
export const escaped = (text: string): string => text.replaceAll(/[&<>"]/g, (char) => escapes[char] ?? char);
