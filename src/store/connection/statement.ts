/** One statement of SQL, prepared once per connection under its name. */
export interface Statement {
  readonly name: string;
  readonly text: string;
}

export const statement = (name: string, text: string): Statement => ({ name, text });

export type Value = string | number | bigint | boolean | null | Buffer | readonly string[];
/** What PostgreSQL answered: numbers and booleans as such, everything else as its text. */
export type Row = Readonly<Record<string, string | number | boolean | null>>;
