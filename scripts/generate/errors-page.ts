import { explainErrors } from '../../src/contract/openapi/error-reference.ts';

const beginning = `# Errors

<!-- Made by \`npm run generate\` from src/domain/errors.ts. -->

Every error has the same four members:

\`\`\`json
{ "Message": "There is no such customer.", "Status": 404, "Code": "customer_dne", "Type": "Request Error" }
\`\`\`

Decide on \`Code\`. \`Message\` is a sentence for people; if the request does not match its schema, it is an object
from the path of each bad field to what is wrong there. A value that was sent is never repeated. A client whose
\`Accept\` asks for \`application/problem+json\` gets the same in the form of RFC 9457. \`X-Request-Id\` names the
request in the log of the operator.
`;

/** `docs/errors.md`: every code, what it means and what to do. A running server shows the same at /docs/errors. */
export function errorsPage(): string {
  const sections = explainErrors().map(
    ({ code, status, type, message, help, answeredBy }) =>
      `## \`${code}\`\n\n${status} · ${type} · ${answeredBy}\n\n> ${message}\n\n${help}\n`,
  );
  return [beginning, ...sections].join('\n');
}
