// Comma-separated values (RFC 4180), safe to open in a spreadsheet.

/** A spreadsheet takes a cell that begins with one of these for a formula, also inside quotes. */
const formula = /^[=+\-@\t\r]/;

const cell = (text: string): string => {
  const harmless = formula.test(text) ? `'${text}` : text;
  return `"${harmless.replaceAll('"', '""')}"`;
};

/** The rows, each cell in quotes. A cell that a spreadsheet would compute gets an apostrophe in front. */
export const csvOf = (rows: readonly (readonly string[])[]): string =>
  rows.map((row) => `${row.map(cell).join(',')}\r\n`).join('');
