/** Meaning and fix of each skip reason, for operators. */
export const REASON_WORDS: Readonly<Record<string, string>> = {
  duplicate: 'already sent or recorded; sending a file again is safe',
  test_event: 'a test event without a test mapping; run: postback map GOAL NETWORK ID --test',
  consent_none: 'the player gave no consent',
  consent_unknown:
    'the event has no consentLevel; set a default with: postback config set consent.default ' +
    'anonymous',
  suppressed: 'the player was erased',
  superseded: 'replaced by a later change of the same person in the audience list',
  organic: 'no paid click is attributed to the player',
  other_network: 'the click belongs to a network that --network excludes',
  no_click_id:
    'the network requires a click id and the event has none; google.withoutClickId=send lets ' +
    'Google match by email address or phone number',
  no_goal: 'no goal counts this event; run: postback goals add',
  goal_disabled: 'the goal is disabled; run: postback goals enable GOAL',
  filter_not_met: 'the event does not match a filter of the goal',
  already_counted: 'the goal counts once per player',
  not_connected: 'the network that owns the click is not connected; run: postback connect NETWORK',
  network_disabled: 'the connection is disabled; run: postback enable NETWORK',
  unmapped_goal: 'the goal is not mapped at the network; run: postback map GOAL NETWORK ID',
  too_old: 'older than the network accepts (it would be discarded silently)',
  in_future: 'the event time is in the future; check the clocks of the game and of this machine',
  no_match_key: 'the event has no identifier that the network can match',
  no_country: 'the event has no country; set a default with amazon.defaultCountry',
  eu_consent_missing: 'the network requires a consent signal in that region and the event has none',
  opted_out:
    'the person opted out under a US privacy law, and the network does not support limited ' +
    'data use',
  unsupported_currency:
    'the network does not accept this currency; amazon.unsupportedCurrency=count sends the ' +
    'event without a value',
  incomplete_event: 'a field that the network requires is missing or out of range',
};

/** Why postbacks of a run are still pending. */
export const WAITING_WORDS: Readonly<Record<string, string>> = {
  transient: 'the network could not be reached or kept failing',
  throttled: 'the network asked to slow down',
  credential: 'the network does not let this account send yet',
  processing: 'accepted; the network decides later',
  stopped: 'the run ended before they were sent',
  other_run: 'another run is delivering them',
};

/** Meaning and fix of failed and pending postbacks, by the kind of their last outcome. */
export const KIND_WORDS: Readonly<Record<string, string>> = {
  configuration:
    'The network rejected the mapping or the account. Check them with: postback map, postback ' +
    'doctor.',
  payload:
    'The network rejected the content of these events. List them with: postback logs --status ' +
    'failed.',
  expired:
    'They were pending until the network no longer accepted them. Send sooner, and retry soon ' +
    'after a failure.',
  transient:
    'The network was unreachable or kept failing. Retry with: postback replay --state pending ' +
    '--all.',
  throttled:
    'The network limited the request rate. Retry with: postback replay --state pending --all.',
  credential:
    'The network refuses the credentials. For the reason and the fix, run: postback status.',
  processing:
    'The network accepted them and decides later. Check with: postback replay --state pending ' +
    '--all.',
  unknown:
    'It is not known whether the network received them. Sending again is safe: postback replay ' +
    '--state pending --all.',
  stopped:
    'Their run was stopped. Run the same command again, or postback replay --state pending --all.',
  under_way: 'They are in flight or waiting for their next attempt.',
};
