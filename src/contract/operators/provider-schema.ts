import Type from 'typebox';
import { closed } from './schema.ts';

const parameter = (description: string, maxLength: number) => Type.String({ description, maxLength });

/** What the provider of identities added to the address that it sent the browser back to. */
export const providerAnswer = Type.Object(
  {
    state: Type.String({ description: '`state`, as it was sent to the provider.', maxLength: 100 }),
    code: Type.Optional(parameter('`code`: it works once, and in the browser that began.', 8_192)),
    iss: Type.Optional(parameter('`iss`: who answers (RFC 9207).', 2_048)),
    error: Type.Optional(parameter('`error`, where there is no code.', 200)),
  },
  { title: 'ProviderAnswer', ...closed },
);

export const providerAnswerExample = {
  state: 'sign_in.q3W1rDk2mJp8yV0eXb7Zt5uN4cLsH6aGfTiOoRjEwBk',
  code: 'Wc0ZlXk9dQbYpN3s7uVtRm5EoHgA2iJf',
  iss: 'https://login.example.com',
};
