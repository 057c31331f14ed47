import { expect, test } from 'vitest';
import type { FormatChoice } from '../../../src/events/event-parser.js';
import type { JsonObject } from '../../../src/json.js';
import { parseLine } from '../../kit/events.js';
import { CONVERSION, RECORD_BUILDERS } from '../../kit/foreign-events.js';

const referrer = 'https://blog.example/post';
const param = { key: 'page_referrer', value: { string_value: referrer } };

test.each<[format: string, where: string, changes: JsonObject]>([
  ['audience', 'context.pageReferrer', { context: { pageReferrer: referrer } }],
  [
    'audience',
    'properties.page_referrer',
    { properties: { value: '1', currency: 'USD', page_referrer: referrer } },
  ],
  ['segment', 'context.page.referrer', { context: { page: { referrer } } }],
  ['ga4', 'the parameter page_referrer', { event_params: [param], event_name: 'sign_up' }],
  ['snowplow', 'page_referrer', { page_referrer: referrer }],
  ['ecapi', 'properties.referrer', { properties: { referrer } }],
])('%s: the referrer of the page is read from %s', (format, _where, changes) => {
  const record = { ...RECORD_BUILDERS[format]!(CONVERSION), ...changes };
  const parsed = parseLine(JSON.stringify(record), format as FormatChoice);
  expect(parsed).toMatchObject({ event: { pageReferrer: referrer } });
});

test('a referrer that is not text costs itself and not the conversion', () => {
  const record = {
    ...RECORD_BUILDERS['audience']!(CONVERSION),
    context: { pageReferrer: { url: referrer } },
  };
  const parsed = parseLine(JSON.stringify(record), 'audience');
  expect(parsed).toHaveProperty('event');
  expect(parsed).not.toHaveProperty('event.pageReferrer');
});
