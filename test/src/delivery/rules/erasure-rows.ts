import type { JsonObject } from '../../../../src/json.js';
import { alias, buy, identify, PLAYER, visit, VISITOR } from './messages.js';
import { COUNTED, goal, NO_CLICK, type Row } from './row.js';

const SUPPRESSED = ['-suppressed'];
const ONLY_VISITOR: JsonObject = { userId: undefined };
const ONLY_PLAYER: JsonObject = { anonymousId: undefined };
const EMAIL_HASH = `sha256:973dfe463ec85785f5f95af5ba3906eedb2d931c24e69824a89ea65dba4e813b`;
const ERASED = { erased: { userId: PLAYER } };
const ERASED_MAIL = { erased: { email: ' Test@Example.com' } };

/**
 * Who was erased is not reported any more (docs/privacy.md), by whatever of the names the line has.
 */
export const ERASURE_ROWS: Row[] = [
  ['E3', 'by the user id', { before: [ERASED] }, SUPPRESSED],
  [
    'E3',
    'by the anonymous id',
    { of: ONLY_VISITOR, before: [{ erased: { anonymousId: VISITOR } }] },
    SUPPRESSED,
  ],
  ['E3', 'by the e-mail address, however it is written', { before: [ERASED_MAIL] }, SUPPRESSED],
  [
    'E3',
    'by its hash',
    { with: { email: undefined, email_hash: EMAIL_HASH }, before: [ERASED_MAIL] },
    SUPPRESSED,
  ],
  [
    'E3',
    'nobody else',
    { of: { userId: 'player-1', anonymousId: 'visitor-1' }, before: [ERASED] },
    COUNTED,
  ],
  [
    'E3',
    'joined before: by the other name',
    { of: ONLY_VISITOR, before: [{ read: [alias(VISITOR, PLAYER)] }, ERASED] },
    SUPPRESSED,
  ],
  [
    'E3',
    'joined before by two aliases',
    {
      of: ONLY_VISITOR,
      before: [{ read: [alias('mail-1', PLAYER), alias(VISITOR, 'mail-1')] }, ERASED],
    },
    SUPPRESSED,
  ],
  [
    'E3',
    'joined later, the erased name first',
    { of: ONLY_VISITOR, before: [ERASED, { read: [alias(PLAYER, VISITOR)] }] },
    SUPPRESSED,
  ],
  [
    'E3',
    'joined later, the erased name last',
    { of: ONLY_VISITOR, before: [ERASED, { read: [alias(VISITOR, PLAYER)] }] },
    SUPPRESSED,
  ],
  [
    'E3',
    'joined later by signing in',
    { of: ONLY_VISITOR, before: [ERASED, { read: [identify(PLAYER)] }] },
    SUPPRESSED,
  ],
  [
    'E3',
    'a pending postback is gone too',
    { of: { messageId: 'm-1' }, before: [{ pending: buy({ messageId: 'm-1' }) }, ERASED] },
    SUPPRESSED,
  ],
  [
    'E3',
    'at every goal one reason',
    { goals: [goal('One'), goal('Two')], before: [ERASED] },
    SUPPRESSED,
  ],
  [
    'E3',
    'consent is asked first',
    { of: { consentLevel: 'none' }, before: [ERASED] },
    ['-consent_none'],
  ],
  ['E3', 'suppression before attribution', { with: NO_CLICK, before: [ERASED] }, SUPPRESSED],
  [
    'E3',
    'the click of the erased counts for nobody',
    {
      of: { ...ONLY_PLAYER, userId: 'player-2' },
      with: NO_CLICK,
      before: [
        { read: [visit({ aref: 'x' }), alias(VISITOR, PLAYER)] },
        ERASED,
        { read: [alias('player-2', 'visitor-2')] },
      ],
    },
    ['-organic'],
  ],
];
