const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const cursor = /^c1_[0-9a-z]{1,13}$/;

const dayChoices = ['1', '7', '30'] as const;

export interface EventFilters {
  /** A type or a pattern of types. */
  readonly type?: string;
  readonly customer?: string;
  /** Of so many days. */
  readonly days?: string;
  readonly cursor?: string;
}

export interface RequestFilters {
  readonly status?: string;
  readonly operation?: string;
  readonly actor?: string;
  /** Whether the console's own are shown, too. */
  readonly console?: 'true';
  readonly cursor?: string;
}

type Search = Readonly<Record<string, unknown>>;

/** Leaves out what is no filter. */
const those = <Filters extends object>(found: Filters): Filters =>
  Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined)) as Filters;

const matching = (value: unknown, pattern: RegExp): string | undefined =>
  pattern.test(String(value ?? '')) ? String(value) : undefined;

export const eventFiltersOf = (search: Search): EventFilters =>
  those({
    type: matching(search['type'], /^[a-z][a-z_.]{0,60}\*?$/),
    customer: matching(search['customer'], uuid),
    days: dayChoices.find((one) => one === String(search['days'])),
    cursor: matching(search['cursor'], cursor),
  }) as EventFilters;

export const requestFiltersOf = (search: Search): RequestFilters =>
  those({
    status: matching(search['status'], /^[1-5](?:xx|\d\d)$/),
    operation: matching(search['operation'], /^[A-Za-z]{1,64}$/),
    actor: matching(search['actor'], uuid),
    console: String(search['console']) === 'true' ? ('true' as const) : undefined,
    cursor: matching(search['cursor'], cursor),
  }) as RequestFilters;

/** Whether anything but the place in the list is chosen. */
export const isFiltered = ({ cursor: _, ...filters }: EventFilters & RequestFilters): boolean =>
  Object.keys(filters).length > 0;
