import { positionOf } from '../../contract/lists.ts';
import type { Input } from '../../contract/operation.ts';
import type { Contract } from '../../contract/table.ts';
import { numberOf } from '../../domain/customers/identification.ts';
import type { IndexForms } from '../../domain/customers/index-forms.ts';
import { lookupOf } from '../../domain/customers/lookups.ts';
import type { SearchInput } from '../../domain/customers/search.ts';
import { parseId } from '../../domain/ids.ts';
import type { Paging } from '../../domain/paging.ts';
import { defaultPerPage, linksOf, parseCursor } from '../../domain/paging.ts';
import { invalidField } from '../../domain/problems.ts';
import { parseInstant } from '../../domain/time.ts';
import type { CustomerFilter, CustomerPage } from '../../store/customers/pages.ts';
import { pageOfCustomers, pageOfSearch } from '../../store/customers/pages.ts';
import type { IndexKind, Keyring } from '../../vault/vault.ts';
import { recordReads } from '../audit/entries.ts';
import { noteSearch, searchableFrom } from '../lookups.ts';
import type { Answer, Context } from '../system.ts';
import { showCustomer } from './customers.ts';
import { indexDigests } from './index-values.ts';

export async function listCustomers(
  context: Context,
  { query }: Input<Contract['listCustomers']>,
): Promise<Answer> {
  const paging = pagingOf(query);
  return pageAnswer(context, paging, await pageOfCustomers(context.scope, paging));
}

export async function searchCustomers(
  context: Context,
  { query, body }: Input<Contract['searchCustomers']>,
): Promise<Answer> {
  const paging = pagingOf(query);
  const lookup = lookupOf(body);
  if (!lookup) return pageAnswer(context, paging, await findPage(context, body, paging));
  const [page, from] = await Promise.all([findPage(context, body, paging), searchableFrom(context, lookup)]);
  // The total counts, not the page: it is answered on a page past the end, too.
  await noteSearch(context, lookup, { total: page.total, shown: idsOf(page), searchableFrom: from });
  return shownPage(context, paging, page);
}

async function findPage(context: Context, body: SearchInput, paging: Paging): Promise<CustomerPage> {
  const search = (keyring: Keyring) =>
    pageOfSearch(context.scope, filterOf(keyring, body), keyring.indexVersion, paging);
  const page = await search(context.keyring);
  if (!page.isOutdated) return page;
  return search(await context.system.keyrings.reload(context.scope.brandId));
}

function pagingOf(query: Input<Contract['listCustomers']>['query']): Paging {
  const perPage = query.per_page ?? defaultPerPage;
  if (query.cursor !== undefined && query.page !== undefined)
    throw invalidField('cursor', 'Not together with page.');
  const after = positionOf(query.cursor, parseCursor);
  return {
    perPage,
    order: query.order ?? 'oldest',
    place: after === undefined ? { kind: 'page', page: query.page ?? 1 } : { kind: 'cursor', after },
  };
}

async function pageAnswer(context: Context, paging: Paging, page: CustomerPage): Promise<Answer> {
  await recordReads(context, idsOf(page));
  return shownPage(context, paging, page);
}

const idsOf = ({ rows }: CustomerPage) => rows.map(({ head }) => head.customer_id);

async function shownPage(context: Context, paging: Paging, page: CustomerPage): Promise<Answer> {
  const shown = await Promise.all(page.rows.map((row) => showCustomer(context, row)));
  return {
    status: 200,
    body: `[${shown.join(',')}]`,
    page: { total: page.total, links: linksOf(paging, page.total, page.next) },
  };
}

/** The search as the database can answer it: personal values become digests under every index key in use. */
function filterOf(keyring: Keyring, asked: SearchInput): CustomerFilter {
  const { email, phone, last_name: lastName, dob, brand_person_id: personId } = asked;
  const number = numberOf(asked);
  const brandPersonId = personId === undefined ? undefined : parseId<'brand person'>(personId);
  const from = asked.created_from === undefined ? undefined : parseInstant(asked.created_from);
  const before = asked.created_before === undefined ? undefined : parseInstant(asked.created_before);
  const digests = (kind: IndexKind, formed: (forms: IndexForms) => string) =>
    indexDigests(keyring, kind, formed);
  return {
    ...(number !== undefined && { ssn: digests('ssn', (forms) => forms.ssn(number)) }),
    ...(email !== undefined && { email: digests('email', (forms) => forms.email(email)) }),
    ...(phone !== undefined && {
      phone: digests('phone', (forms) => forms.phone(asked.phone_country_code, phone)),
    }),
    ...(lastName !== undefined &&
      dob !== undefined && { nameAndDob: digests('name_dob', (forms) => forms.nameAndDob(lastName, dob)) }),
    ...(brandPersonId !== undefined && { brandPersonId }),
    ...kycFilterOf(asked),
    ...(asked.deliverability !== undefined && { deliverability: asked.deliverability }),
    ...(from !== undefined && { createdFrom: from }),
    ...(before !== undefined && { createdBefore: before }),
  };
}

function kycFilterOf({
  kyc_status: status,
}: SearchInput): Pick<CustomerFilter, 'kycStatus' | 'isWithoutKyc'> {
  if (status === undefined) return {};
  return status === 'none' ? { isWithoutKyc: true } : { kycStatus: status };
}
