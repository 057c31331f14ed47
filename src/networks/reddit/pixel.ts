/** Pixel ids look like `a2_abc123` or `t2_abc123`; no form is documented. */
export const PIXEL_FORM = {
  pattern: /^[A-Za-z0-9_-]{3,64}$/,
  words: 'a pixel id such as a2_abc123',
};

/** A sentence saying what is expected when `pixel` cannot be the id of one. */
export function checkPixel(pixel: string): string | undefined {
  return PIXEL_FORM.pattern.test(pixel)
    ? undefined
    : `expected ${PIXEL_FORM.words}, as Events Manager shows it`;
}
