import type { ConversionEvent } from '../../events/conversion-event.js';

/**
 * `fb.<subdomain index>.<creation, ms>.<id>`; the parameter builder adds a fifth segment, which
 * stays (docs/reference/meta.md#click-and-browser-ids). Case matters, nothing is changed.
 */
const COOKIE = /^fb\.\d{1,2}\.(\d{13})\.[\w.~%-]{1,8000}$/;
const CLICK_ID = /^[\w.~%-]{1,8000}$/;
/** The index of an `fbc` that a server makes. */
const SERVER_INDEX = 1;
/** A click is of no use to Meta after 90 days (fbp-and-fbc). */
const CLICK_LASTS_MS = 90 * 24 * 60 * 60 * 1000;

/**
 * The click as Meta wants it: the cookie `_fbc` as it is, else one made of `fbclid` and the time of
 * the click, or of the conversion where nobody knows when it was clicked. Undefined where there is
 * no click, or one older than 90 days.
 */
export function readFbc({ click, timeMs }: ConversionEvent): string | undefined {
  const cookie = readCookie(click.fields.fbc) ?? readCookie(click.fields.fb_click_id);
  const fbc = cookie ?? makeFbc(click.fields.fbclid, Math.min(click.timeMs ?? timeMs, timeMs));
  const createdMs = Number(fbc && COOKIE.exec(fbc)?.[1]);
  return timeMs - createdMs <= CLICK_LASTS_MS ? fbc : undefined;
}

/** The browser: the cookie `_fbp` as it is. Undefined for anything of another shape. */
export function readFbp({ click }: ConversionEvent): string | undefined {
  return readCookie(click.fields.fbp);
}

function readCookie(text: string | undefined): string | undefined {
  return text !== undefined && COOKIE.test(text) ? text : undefined;
}

function makeFbc(fbclid: string | undefined, clickedMs: number): string | undefined {
  if (fbclid === undefined || !CLICK_ID.test(fbclid)) return undefined;
  return `fb.${SERVER_INDEX}.${clickedMs}.${fbclid}`;
}
