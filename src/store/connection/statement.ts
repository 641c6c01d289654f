/** One statement of SQL, prepared once per connection under its name. */
export interface Statement {
  readonly name: string;
  readonly text: string;
}

export const statement = (name: string, text: string): Statement => ({ name, text });

export type Value = string | number | bigint | boolean | null | Buffer | readonly string[];
/** A row of PostgreSQL's answer: numbers and booleans are parsed, everything else is text. */
export type Row = Readonly<Record<string, string | number | boolean | null>>;
