/** An event key, which AppLovin calls pixel id as well. Its form is not documented. */
export const PIXEL_FORM = {
  pattern: /^[A-Za-z0-9_-]{4,128}$/,
  words: 'an event key of letters and digits',
};

/** A sentence saying what is expected when `pixel` cannot be an event key. */
export function checkPixel(pixel: string): string | undefined {
  return PIXEL_FORM.pattern.test(pixel)
    ? undefined
    : `expected ${PIXEL_FORM.words}, as the Keys section of the Axon dashboard shows it`;
}

export const ORIGIN = 'https://b.applovin.com';
