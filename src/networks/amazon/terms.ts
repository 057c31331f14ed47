import type { AcceptTerms } from '../fix.js';
import type { AmazonComplaint } from './error-answer.js';

/** Reason of every outcome that waits for terms. */
export const TERMS_REASON = 'terms_not_accepted';

/**
 * Where an advertiser accepts them, once (Immutable docs, "Amazon Ads postbacks", step 1,
 * 2026-11-30).
 */
export const ACCEPT_CONVERSION_TERMS: AcceptTerms = {
  by: 'accept_terms',
  terms: 'Conversions API terms of service',
  page: 'Amazon DSP, Advertiser settings, Conversions API',
};

/**
 * Terms of Amazon Marketing Cloud, which uploads of audience records need (specification
 * "Advertiser audiences").
 */
export const ACCEPT_AUDIENCE_TERMS: AcceptTerms = {
  by: 'accept_terms',
  terms: 'AMC terms for advertiser audiences',
  page: 'Amazon Ads console, Amazon Marketing Cloud, Terms and conditions of the advertiser',
};

const TERMS = /\bterms\b|\bagreements?\b|\bt&cs?\b|\btos\b|\beula\b/i;
/** Words of acceptance alone say it only where a whole request is refused. */
const ACCEPTANCE =
  /\b(?:has|have|was|were|is|are)(?:n['o]t| not)(?: yet)?(?: been)? (?:accepted|agreed|signed)|\b(?:must|needs? to|should|please) (?:first )?(?:accept|agree|sign)\b|not (?:yet )?accepted/i;

/**
 * Whether Amazon complains that terms are not accepted. No text of it is documented, so that words
 * decide; Amazon has no code for it either, and a likely one is read as words.
 * @param isWhole the whole request was refused with 403: then words of acceptance are enough
 */
export function isAboutTerms(complaints: readonly AmazonComplaint[], isWhole = false): boolean {
  return complaints.some(({ code = '', words: { message } }) => {
    const words = `${code.replaceAll('_', ' ')} ${message}`;
    return TERMS.test(words) || (isWhole && ACCEPTANCE.test(words));
  });
}
