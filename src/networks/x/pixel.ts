/** A base-36 id, as Events Manager shows it. */
export const PIXEL_FORM = { pattern: /^[0-9a-z]{4,7}$/, words: 'a pixel id such as o8z6j' };

/** A sentence saying what is expected when `pixel` cannot be the id of one. */
export function checkPixel(pixel: string): string | undefined {
  return PIXEL_FORM.pattern.test(pixel)
    ? undefined
    : `expected ${PIXEL_FORM.words}, as Events Manager shows it`;
}
