import type { ConversionEvent, EventSource } from '../events/conversion-event.js';

/**
 * Returns where a conversion happened: what the event says, else where the SDK that wrote it runs,
 * else the website if it names a page. Undefined if nothing tells. Pure.
 */
export function readOrigin({
  source,
  surface,
  pageUrl,
}: Pick<ConversionEvent, 'source' | 'surface' | 'pageUrl'>): EventSource | undefined {
  if (source !== undefined) return source;
  if (surface !== undefined) return surface === 'web' ? 'website' : 'app';
  return pageUrl === undefined ? undefined : 'website';
}
