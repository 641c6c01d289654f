import { keyScopes } from '../../../src/domain/scopes.ts';

/** How docs/examiner.md is read: each question with its call, and with what it says of the answer. */

export interface Question {
  readonly number: number;
  readonly title: string;
  /** A request of the API, or a line for a shell. */
  readonly by: 'http' | 'sh';
  readonly call: string;
  /** The scopes that a key needs, first the one without which it is refused; none for a command. */
  readonly scopes: readonly string[];
  readonly said: unknown;
  /** The ZIP file and the file in it that have the answer, where they are not what the call prints. */
  readonly file: readonly [zip: string, name: string] | undefined;
}

/** @throws Error that names the first question that is not complete. */
export const questionsIn = (page: string): readonly Question[] =>
  page
    .split(/^### /m)
    .slice(1)
    .map((text) => questionIn(text.split(/^## /m)[0] ?? ''));

function questionIn(text: string): Question {
  const [title = ''] = text.split('\n');
  const blocks = [...text.matchAll(/^```(\w+)(?: (\S+))?\n([\s\S]+?)^```$/gm)];
  const [asked, answered] = blocks;
  const by = asked?.[1];
  const number = Number(/^(\d+)\. .+[?.]$/.exec(title)?.[1]);
  const refuse = (what: string) => new Error(`The question "${title}" ${what}.`);
  if (!number) throw refuse('has no number');
  if (blocks.length !== 2 || (by !== 'http' && by !== 'sh') || answered?.[1] !== 'json')
    throw refuse('needs one call and one answer, in this order');
  const line = (name: string): string => {
    const found = new RegExp(`^- \\*\\*${name}:\\*\\* (.+)$`, 'm').exec(text)?.[1];
    if (found === undefined) throw refuse(`does not say: ${name}`);
    return found;
  };
  line('Asked under');
  line('Limits');
  const named = [...line('Scope').matchAll(/`([^`]+)`/g)].map(([, scope = '']) => scope);
  const scopes = named.filter((scope) => (keyScopes as readonly string[]).includes(scope));
  if (scopes.length !== named.length || scopes.length > 0 !== (by === 'http'))
    throw refuse('needs its scopes if it is a request, and none if it is a command');
  const [zip, name] = answered[2]?.split('/') ?? [];
  return {
    number,
    title,
    by,
    call: asked?.[3]?.trim() ?? '',
    scopes,
    said: JSON.parse(answered[3] ?? ''),
    file: zip !== undefined && name !== undefined ? [zip, name] : undefined,
  };
}

/** What the page calls by a name in braces. */
export type Facts = Readonly<Record<string, string | number>>;

const factIn = (facts: Facts, name: string): string | number => {
  const fact = facts[name];
  if (fact === undefined) throw new Error(`The page names {${name}}, and nothing has this name.`);
  return fact;
};

/** A call with its names filled in. */
export const filled = (text: string, facts: Facts): string =>
  text.replace(/\{([a-z_]+)\}/g, (_, name: string) => String(factIn(facts, name)));

/** The same for an answer. A name alone keeps the type of its value. */
export function filledAnswer(said: unknown, facts: Facts): unknown {
  if (typeof said === 'string') {
    const alone = /^\{([a-z_]+)\}$/.exec(said)?.[1];
    return alone === undefined ? filled(said, facts) : factIn(facts, alone);
  }
  if (Array.isArray(said)) return said.map((one) => filledAnswer(one, facts));
  return isObject(said)
    ? Object.fromEntries(Object.entries(said).map(([name, value]) => [name, filledAnswer(value, facts)]))
    : said;
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Where an answer does not hold what is said of it; `undefined` if it does. The page says how to read it. */
export function missing(answer: unknown, said: unknown, at = 'the answer'): string | undefined {
  if (said === null) return answer === undefined || answer === null ? undefined : at;
  if (said === '…') return answer === undefined || answer === null || answer === '' ? at : undefined;
  if (Array.isArray(said)) {
    if (!Array.isArray(answer) || (said.length === 0 && answer.length > 0)) return at;
    const lost = said.findIndex((item) => !answer.some((one) => missing(one, item) === undefined));
    return lost < 0 ? undefined : `${at}[${lost}]`;
  }
  if (!isObject(said)) return answer === said ? undefined : at;
  if (!isObject(answer)) return at;
  return Object.entries(said)
    .map(([name, value]) => missing(answer[name], value, `${at}.${name}`))
    .find((lost) => lost !== undefined);
}

/** Everything that is said, with one value changed each time so that it is wrong. */
export function* falsified(said: unknown): Generator<unknown> {
  if (said === '…') return;
  if (said === null) yield '…';
  else if (Array.isArray(said)) {
    if (said.length === 0) yield ['…'];
    for (const [index, item] of said.entries())
      for (const wrong of falsified(item)) yield said.with(index, wrong);
  } else if (isObject(said)) {
    for (const [name, value] of Object.entries(said))
      for (const wrong of falsified(value)) yield { ...said, [name]: wrong };
  } else if (typeof said === 'number') yield said + 1;
  else if (typeof said === 'boolean') yield !said;
  else yield `${said}?`;
}
