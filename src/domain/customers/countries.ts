/**
 * Codes of ISO 3166-1 that no address has as its country where the validation is wide, because the United States Postal
 * Service delivers there: American Samoa, Guam, the Northern Mariana Islands, Puerto Rico and the Virgin Islands. They are states of
 * the country US, as on an envelope (USPS Publication 28, appendix B).
 */
export const territoriesOfUs: ReadonlySet<string> = new Set(['AS', 'GU', 'MP', 'PR', 'VI']);

/**
 * Countries whose addresses are complete without a postal code: those without a system of postal codes, and those whose
 * codes belong to post office boxes or are not part of the usual address. Source: the addressing systems that
 * the Universal Postal Union publishes for each country. Ireland is one of them, because an Eircode is optional.
 */
export const withoutPostalCodes: ReadonlySet<string> = new Set(
  (
    'AE AG AO AW BF BI BJ BO BS BW BZ CD CF CG CI CK CM CW DJ DM ER FJ GA GD GH GM GQ GY HK IE JM KI KM KN KP LC ' +
    'LY ML MO MR MW NR NU PA QA RW SB SC SL SR SS ST SX SY TD TF TG TK TL TO TT TV UG VC VU YE ZW'
  ).split(' '),
);
