import { createHmac } from 'node:crypto';
import { call } from './call.js';
import { isRecent, isSame } from './signed.js';

/** Everything about Persona. For another vendor, write these five functions again. */
export function openPersona({ url, key, template, webhookSecret }) {
  const headers = { authorization: `Bearer ${key}`, 'persona-version': '2023-01-05' };
  const ask = async (method, path, content, more = {}) =>
    JSON.parse(await call(method, `${url}/inquiries${path}`, { ...headers, ...more }, content));
  const named = (reference) => `/${encodeURIComponent(reference)}`;

  /** Persona stores our id of the run, so the bridge stores nothing. */
  const find = async (runId) =>
    (await ask('GET', `?filter[reference-id]=${encodeURIComponent(runId)}&page[size]=1`)).data[0];

  /** The idempotency key makes one inquiry of concurrent starts. `find` does it for later ones. */
  async function create({ run_id, applicant }) {
    const attributes = {
      'inquiry-template-id': template,
      'reference-id': run_id,
      fields: fieldsOf(applicant),
    };
    return (await ask('POST', '', { data: { attributes } }, { 'idempotency-key': run_id })).data;
  }

  async function status({ run_id, reference }) {
    const inquiry = reference ? (await ask('GET', named(reference))).data : await find(run_id);
    return answerOf(inquiry);
  }

  return {
    async start(run) {
      const inquiry = (await find(run.run_id)) ?? (await create(run));
      const answer = answerOf(inquiry);
      if (answer.state !== 'needs_input') return answer;
      const { meta } = await ask('POST', `${named(inquiry.id)}/generate-one-time-link`, {});
      return { ...answer, link: meta['one-time-link'] };
    },
    status,
    /** The person uploads documents on Persona's own page, so there is nothing to pass on. */
    submitDocuments: status,
    async cancel({ reference }) {
      if (reference) await ask('POST', `${named(reference)}/expire`, {});
      return {};
    },
    /** The run that a webhook is about, if Persona signed it: `t=…,v1=…`, twice while the secret is rotated. */
    readWebhook(received, body) {
      const isSigned = (received['persona-signature'] ?? '').split(' ').some((pair) => {
        const { t, v1 = '' } = Object.fromEntries(pair.split(',').map((part) => part.split('=')));
        const mac = createHmac('sha256', webhookSecret).update(`${t}.`).update(body);
        return isRecent(t) && isSame(v1, mac.digest('hex'));
      });
      return isSigned ? JSON.parse(body).data.attributes.payload.data.attributes['reference-id'] : undefined;
    },
  };
}

/** What the template's form is filled in with. Persona gets nothing else: the SSN is not sent. */
function fieldsOf({ first_name, middle_name, last_name, dob, addresses }) {
  const home = addresses.find((address) => address.is_primary);
  return {
    'name-first': first_name,
    'name-middle': middle_name,
    'name-last': last_name,
    birthdate: dob,
    'address-street-1': home.street,
    'address-street-2': home.street2,
    'address-city': home.city,
    'address-subdivision': home.state,
    'address-postal-code': home.zip_code,
    'address-country-code': home.country,
  };
}

/** An unknown status gives an answer without a state. Clientele does not accept it, and asks again. */
const answerOf = (inquiry) => ({ reference: inquiry?.id, state: states[inquiry?.attributes.status] });

const states = {
  created: 'needs_input',
  pending: 'needs_input',
  /** The person is done. The template's workflow decides. */
  completed: 'pending',
  needs_review: 'review',
  approved: 'approved',
  declined: 'declined',
  failed: 'declined',
  expired: 'expired',
};
