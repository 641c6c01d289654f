import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useRef } from 'react';
import { classes } from './classes.ts';
import { useKeys } from './keys.ts';
import { SkeletonBar } from './Skeleton.tsx';
import styles from './Table.module.css';

/** Where a cell stands in the two lines that a row has at 390 px; without one it is not shown there. */
type Corner = 'topLeft' | 'topRight' | 'bottomLeft' | 'bottomRight';

export interface Column<Row> {
  readonly head: string;
  readonly cell: (row: Row) => ReactNode;
  readonly end?: boolean;
  readonly corner?: Corner;
}

export interface TableProps<Row> {
  /** What the table has, for screen readers: "Customers". */
  readonly label: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly keyOf: (row: Row) => string;
  /** The address of a row: its first cell is the link, and the whole row is clickable. */
  readonly linkOf?: (row: Row) => string;
  /** Whether the link keeps the filters of the address: for records that open beside the list. */
  readonly keepSearch?: boolean;
  /** The row that is open beside the table. */
  readonly openKey?: string;
  readonly compact?: boolean;
}

/** Rows of one kind. `j` and `k` move the focus from link to link, Enter opens. */
export function Table<Row>({
  label,
  columns,
  rows,
  keyOf,
  linkOf,
  keepSearch = false,
  openKey,
  compact = false,
}: TableProps<Row>) {
  const table = useRef<HTMLTableElement>(null);
  const move = (by: number) => {
    const links = [...(table.current?.querySelectorAll<HTMLElement>('[data-row-link]') ?? [])];
    const at = links.indexOf(document.activeElement as HTMLElement);
    links[Math.max(0, Math.min(links.length - 1, at + by))]?.focus();
  };
  useKeys({ j: () => move(1), k: () => move(-1) }, linkOf !== undefined);
  return (
    <table ref={table} aria-label={label} className={classes(styles.table, compact && styles.compact)}>
      <Head columns={columns} />
      <tbody>
        {rows.map((row) => (
          <tr
            key={keyOf(row)}
            className={classes(linkOf && styles.linked, openKey === keyOf(row) && styles.open)}
          >
            {columns.map((column, at) => (
              <td key={column.head} className={cellClass(column)}>
                {at === 0 && linkOf ? (
                  <Link
                    to={linkOf(row)}
                    search={keepSearch as never}
                    data-row-link=""
                    className={styles.link}
                  >
                    {column.cell(row)}
                  </Link>
                ) : (
                  column.cell(row)
                )}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** The rows that are on their way, as high as those that come. */
export function TableSkeleton<Row>({
  columns,
  count = 10,
  compact = false,
}: {
  readonly columns: readonly Column<Row>[];
  readonly count?: number;
  readonly compact?: boolean;
}) {
  return (
    <table aria-hidden="true" className={classes(styles.table, compact && styles.compact)}>
      <Head columns={columns} />
      <tbody>
        {Array.from({ length: count }, (_, row) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the rows are all alike.
          <tr key={row}>
            {columns.map((column, at) => (
              <td key={column.head} className={cellClass(column)}>
                <SkeletonBar width={((row * 7 + at * 5) % 4) + 5} />
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Head<Row>({ columns }: { readonly columns: readonly Column<Row>[] }) {
  return (
    <thead>
      <tr>
        {columns.map((column) => (
          <th key={column.head} scope="col" className={column.end ? styles.end : undefined}>
            {column.head}
          </th>
        ))}
      </tr>
    </thead>
  );
}

const cellClass = <Row,>({ end, corner }: Column<Row>) =>
  classes(end && styles.end, corner ? styles[corner] : styles.wideOnly);
