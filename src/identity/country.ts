import { cleanText } from './clean-text.js';
import { codeOfCountryName } from './country-names.js';
import { isStateCode } from './state-codes.js';

/**
 * ISO 3166-1 alpha-2, as in the country enum of Amazon's Events API without its OTHER, OTHER_EEA
 * and ZZ.
 */
const ALPHA_2 = new Set(
  (
    'AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ ' +
    'BR BS BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM ' +
    'DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS ' +
    'GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN ' +
    'KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ ' +
    'MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM ' +
    'PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV ' +
    'SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI ' +
    'VN VU WF WS YE YT ZA ZM ZW'
  ).split(' '),
);

/** Codes that are no ISO codes but plainly mean one. */
const ALIASES: Readonly<Record<string, string>> = { UK: 'GB', EL: 'GR' };

/**
 * Where consent under the GDPR, the UK GDPR or the Swiss FADP is asked for: the 27 EU members with
 * the parts of them that have codes of their own (Åland and the outermost regions, TFEU art. 349
 * and 355), the EFTA members of the EEA (EEA agreement: IS LI NO), the United Kingdom and
 * Switzerland.
 */
const CONSENT_COUNTRIES = new Set(
  (
    'AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK AX GF GP ' +
    'MF MQ RE YT IS LI NO GB CH'
  ).split(' '),
);

const TWO_LETTERS = /^[a-z]{2}$/i;
/**
 * A locale (`en-US`, `zh_Hant_TW`) or the code of a part of a country (`US-CA`, `GB-ENG`, ISO
 * 3166-2).
 */
const PARTS = /^([a-z]{2,3})(?:[-_][a-z]{4})?[-_]([a-z0-9]{1,3})(?:[-_.@].*)?$/is;
const UPPER = /^[A-Z]{2}$/;

/**
 * ISO 3166-1 alpha-2 in upper case from a code (`us`, `USA`, `UK`), a locale (`en-US`,
 * `zh_Hant_TW`), the code of a part of a country (`US-CA`) or an English name (`United States`).
 * Undefined if it is not a country.
 */
export function toCountryCode(text: string): string | undefined {
  if (text === '') return undefined;
  if (ALPHA_2.has(text)) return text;
  const trimmed = cleanText(text);
  if (TWO_LETTERS.test(trimmed)) return knownCode(trimmed);
  const [, first, second] = PARTS.exec(trimmed) ?? [];
  if (first !== undefined && second !== undefined) return codeOfParts(first, second);
  if (trimmed.length < 3) return undefined;
  return codeOfCountryName(trimmed, ALPHA_2);
}

/** Whether `country` (alpha-2, upper case) is in the EEA, the UK or Switzerland. */
export function isConsentCountry(country: string): boolean {
  return CONSENT_COUNTRIES.has(country);
}

/**
 * `CA` is California after `US` and Canada after `en`: capitals are a country's, unless that
 * country is not known to have such a part and the parts read as a locale (`PT-BR`).
 */
function codeOfParts(first: string, second: string): string | undefined {
  const region = TWO_LETTERS.test(second) ? knownCode(second) : undefined;
  const country = UPPER.test(first) ? knownCode(first) : undefined;
  if (country === undefined) return region;
  const isPart = region === undefined || country === 'US' || isStateCode(country, second);
  return isPart ? country : region;
}

function knownCode(code: string): string | undefined {
  const upper = code.toUpperCase();
  const iso = ALIASES[upper] ?? upper;
  return ALPHA_2.has(iso) ? iso : undefined;
}
