import fc from '../../kit/property.js';
import { describe, expect, test } from 'vitest';

import { readClickValue } from '../../../src/events/click-id.js';
import { CLICK_FIELDS, type ClickField } from '../../../src/events/conversion-event.js';

const FBC = 'fb.1.1795900000000.IwAR0AbCdEf_-x';
const FBP = 'fb.1.1795900000000.1098115397';
const UUID = '6f9619ff-8b86-4011-b42d-00c04fc964ff';

describe('K15, all: a whole cookie where the bare id belongs', () => {
  test.each<[ClickField, string, ClickField, string]>([
    ['fbclid', FBC, 'fbc', FBC],
    ['fbc', FBC, 'fbc', FBC],
    ['fbc', `_fbc=${FBC}`, 'fb_click_id', FBC],
    ['fbc', 'IwAR0AbC', 'fbclid', 'IwAR0AbC'],
    ['fbclid', FBP, 'fbp', FBP],
    ['fb_click_id', FBC, 'fb_click_id', FBC],
    ['fbp', FBP, 'fbp', FBP],
    ['gclid', 'GCL.1795900000.EAIaIQobChMI_x-y', 'gclid', 'EAIaIQobChMI_x-y'],
    ['gclid', '2.1.kEAIaIQobChMI_x-y$i1795900000$u1', 'gclid', 'EAIaIQobChMI_x-y'],
    ['gclid', '_gcl_aw=GCL.1795900000.EAIaIQob', 'gclid', 'EAIaIQob'],
    ['wbraid', 'GCL.1795900000.CjkKCQjw', 'wbraid', 'CjkKCQjw'],
    ['twclid', '{"twclid":"2-abc","timestamp":1795900000000}', 'twclid', '2-abc'],
    ['twclid', encodeURIComponent('{"twclid":"2-abc","timestamp":1}'), 'twclid', '2-abc'],
    ['rdt_uuid', `1795900000000.${UUID}`, 'rdt_uuid', UUID],
    ['rdt_cid', `1795900000000.${UUID}`, 'rdt_uuid', UUID],
    ['rdt_cid', '1842349838721094656', 'rdt_cid', '1842349838721094656'],
    ['gclid', 'https://game.example/?gclid=EAIaIQob', 'gclid', 'EAIaIQob'],
    ['ttclid', 'ttclid=E.C.P.abc', 'ttclid', 'E.C.P.abc'],
    ['ttclid', ' E.C.P.abc\u200B', 'ttclid', 'E.C.P.abc'],
    [
      'aref',
      'A1b2C3d4E5.1794945600000|B1b2C3d4E5.1794945600001',
      'aref',
      'A1b2C3d4E5.1794945600000|B1b2C3d4E5.1794945600001',
    ],
    ['utm_campaign', 'Black Friday', 'utm_campaign', 'Black Friday'],
  ])('%s %j is %s %j', (field, given, owner, text) => {
    expect(readClickValue(field, given)).toEqual([owner, text]);
  });

  test.each<[ClickField, string]>([
    ['gclid', FBC],
    ['ttclid', FBC],
    ['fbclid', 'GCL.1795900000.EAIaIQob'],
    ['fbclid', 'fb.1.x.y'],
    ['fbp', 'IwAR0AbC'],
    ['ttclid', 'jane.doe@example.com'],
    ['ttp', 'jane.doe@example.com'],
    ['twclid', '+16505551212'],
    ['gclid', 'Jane Doe'],
    ['rdt_cid', 'a{b}'],
    ['utm_content', 'jane.doe@example.com'],
  ])('%s %j is left out with a warning', (field, given) => {
    expect(readClickValue(field, given)).toBe('unusable');
  });

  test.each<[ClickField, string]>([
    ['fbclid', 'fb.1.1795900000000.{fbclid}'],
    ['fbc', 'fb.1.1795900000000.undefined'],
    ['gclid', 'GCL.1795900000.null'],
    ['gclid', 'gclid'],
    ['ttclid', 'CLICKID'],
    ['twclid', '{"twclid":"null"}'],
    ['gclid', 'https://game.example/?gclid={gclid}'],
    ['gclid', '0'],
    ['utm_source', '{{site_source_name}}'],
  ])('%s %j is absent', (field, given) => {
    expect(readClickValue(field, given)).toBe('absent');
  });
});

test('an address of somebody, a sentence or a template is never a click id', () => {
  const ids = CLICK_FIELDS.filter((name) => !name.startsWith('utm_'));
  const wrong = fc.oneof(
    fc.emailAddress(),
    fc
      .tuple(fc.stringMatching(/^[a-z]{2,9}$/), fc.stringMatching(/^[a-z]{2,9}$/))
      .map((words) => words.join(' ')),
    fc.stringMatching(/^[a-z_]{2,9}$/).map((name) => `{{${name}}}`),
    fc.stringMatching(/^[A-Z]{2,9}$/).map((name) => `__${name}__`),
  );
  fc.assert(
    fc.property(
      fc.constantFrom(...ids),
      wrong,
      (field, text) => typeof readClickValue(field, text) === 'string',
    ),
  );
});

test('what was read once is read the same again', () => {
  fc.assert(
    fc.property(fc.constantFrom(...CLICK_FIELDS), fc.string(), (field, text) => {
      const once = readClickValue(field, text);
      if (typeof once !== 'string') expect(readClickValue(...once)).toEqual(once);
    }),
  );
});
