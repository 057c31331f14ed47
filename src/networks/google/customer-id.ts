const NOT_DIGITS = /[\s-]+/g;
const CUSTOMER_ID = /^\d{10}$/;

/** Description of a customer id. */
export const CUSTOMER_ID_WORDS = 'ten digits, with or without dashes, such as 123-456-7890';

/**
 * A Google Ads customer id without the dashes that Google Ads shows it with: the API takes digits
 * only.
 */
export function toCustomerId(text: string): string {
  return text.replace(NOT_DIGITS, '');
}

/** Whether `text`, after {@link toCustomerId}, can be a customer id. */
export function isCustomerId(text: string): boolean {
  return CUSTOMER_ID.test(text);
}
