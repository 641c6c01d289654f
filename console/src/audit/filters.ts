/** What the address of the audit trail can say. */
export interface AuditFilters {
  readonly operation?: string;
  readonly actor?: string;
  readonly customer?: string;
  readonly from?: string;
  readonly to?: string;
  readonly cursor?: string;
}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const day = /^\d{4}-\d\d-\d\d$/;
const forms = {
  operation: /^[A-Za-z][A-Za-z0-9 -]{0,63}$/,
  actor: new RegExp(`^(?:operator|clientele)$|${uuid.source}`, 'i'),
  customer: uuid,
  from: day,
  to: day,
  cursor: /^a1_[0-9a-z]{1,12}$/,
} as const;

/** Reads the filters of an address; what is no filter is left out. */
export const auditFiltersOf = (search: Readonly<Record<string, unknown>>): AuditFilters =>
  Object.fromEntries(
    Object.entries(forms)
      .filter(([name, form]) => form.test(String(search[name] ?? '')))
      .map(([name]) => [name, String(search[name])]),
  );

export const isFiltered = ({ cursor: _, ...filters }: AuditFilters): boolean =>
  Object.keys(filters).length > 0;
