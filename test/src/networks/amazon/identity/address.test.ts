import { describe, expect, test } from 'vitest';
import { normaliseAddress } from '../../../../../src/networks/amazon/identity/address.js';

describe('normaliseAddress', () => {
  test.each([
    ['US', '8 Bluestem Terrace', '8bluestemter'],
    ['US', '744 Messerschmidt Avenue', '744messerschmidtave'],
    ['US', '12 North Main Street, Apartment 4', '12nmainstapt4'],
    ['US', '12 Sunset Boulevard', '12sunsetblvd'],
    ['US', 'c/o Smith, 5 Key Road', 'smith5keyrd'],
    ['US', 'Apt#5 1 Elm St.', 'aptnumber51elmst'],
    ['US', '#5', 'number5'],
    ['US', '12-B Elm (rear)', '12belmrear'],
    ['US', '12-14 Elm', '12-14elm'],
    ['GB', '221B Baker Street', '221bbakerst'],
    ['GB', '1 Acacia Gardens', '1acaciagardens'],
    ['CA', '571 Lakewood Gardens Trail', '571lakewoodgardenstrail'],
    ['DE', '5 Haupt Str', '5hauptst'],
    ['FR', '3 Imp des Lilas', '3impassedeslilas'],
    ['FR', '3 Place du Marché', '3pldumarché'],
    ['ES', 'C/ Mayor 3', 'callemayor3'],
    ['ES', 'Plaza Mayor 1', 'plazamayor1'],
    ['IT', 'P.zza Navona 1', 'pzzanavona1'],
    ['IT', 'PZA Navona 1', 'piazzanavona1'],
    ['JP', '99 Sundown Lane', '99sundownln'],
    ['AU', '4 Harbour Road', '4harbourrd'],
    [undefined, '4 Harbour Road', '4harbourrd'],
    ['constructor', '4 Harbour Road', '4harbourrd'],
    ['US', ' ,. ', ''],
  ])('%s %j is %j', (country, text, expected) => {
    expect(normaliseAddress(text, { country })).toBe(expected);
  });
});
