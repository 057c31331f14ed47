import { createRequire } from 'node:module';

/** ISO 3166-1 alpha-2, as in the country enum of Amazon's Events API without its OTHER, OTHER_EEA and ZZ. */
const ALPHA_2 = new Set(
  (
    'AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ ' +
    'CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO ' +
    'FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE ' +
    'JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO ' +
    'MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW ' +
    'PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM ' +
    'TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW'
  ).split(' '),
);

/** Codes that are no ISO codes but plainly mean one. */
const ALIASES: Readonly<Record<string, string>> = { UK: 'GB', EL: 'GR' };

/**
 * Where consent under the GDPR, the UK GDPR or the Swiss FADP is asked for: the 27 EU members with the parts of them
 * that have codes of their own (Åland and the outermost regions, TFEU art. 349 and 355), the EFTA members of the EEA
 * (EEA agreement: IS LI NO), the United Kingdom and Switzerland.
 */
const CONSENT_COUNTRIES = new Set(
  (
    'AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK AX GF GP MF MQ RE YT ' +
    'IS LI NO GB CH'
  ).split(' '),
);

const TWO_LETTERS = /^[a-z]{2}$/i;
const LOCALE = /^[a-z]{2,3}(?:[-_][a-z]{4})?[-_]([a-z]{2})(?:[-_.@]|$)/i;

interface CountryNames {
  registerLocale(names: unknown): void;
  getSimpleAlpha2Code(name: string, language: string): string | undefined;
  alpha3ToAlpha2(code: string): string | undefined;
}
let countryNames: CountryNames | undefined;

/**
 * ISO 3166-1 alpha-2 in upper case from a code (`us`, `USA`, `UK`), a locale (`en-US`, `zh_Hant_TW`) or an English
 * name (`United States`). Undefined when it is no country.
 */
export function toCountryCode(text: string): string | undefined {
  if (text === '') return undefined;
  if (ALPHA_2.has(text)) return text;
  const trimmed = text.trim();
  if (TWO_LETTERS.test(trimmed)) return knownCode(trimmed);
  const region = LOCALE.exec(trimmed)?.[1];
  if (region !== undefined) return knownCode(region);
  return codeOfName(trimmed);
}

/** Whether `country` (alpha-2, upper case) is in the EEA, the UK or Switzerland. */
export function isConsentCountry(country: string): boolean {
  return CONSENT_COUNTRIES.has(country);
}

function knownCode(code: string): string | undefined {
  const upper = code.toUpperCase();
  const iso = ALIASES[upper] ?? upper;
  return ALPHA_2.has(iso) ? iso : undefined;
}

function codeOfName(name: string): string | undefined {
  if (name.length < 3) return undefined;
  countryNames ??= loadCountryNames();
  const code = countryNames.alpha3ToAlpha2(name.toUpperCase()) ?? countryNames.getSimpleAlpha2Code(name, 'en');
  return code === undefined ? undefined : knownCode(code);
}

// The names are 150 KiB of tables that most runs never need: loaded at the first country that is not a code.
function loadCountryNames(): CountryNames {
  const require = createRequire(import.meta.url);
  const names = require('i18n-iso-countries/index.js') as CountryNames;
  names.registerLocale(require('i18n-iso-countries/langs/en.json'));
  return names;
}
