/** What each skip reason means to an operator, and what can be done. */
export const REASON_WORDS: Readonly<Record<string, string>> = {
  duplicate: 'sent or recorded before; a file can be sent again without harm',
  test_event: 'a test event, and no test mapping: postback map GOAL NETWORK ID --test',
  consent_none: 'the player gave no consent',
  consent_unknown:
    'no consentLevel on the line; consent.default can set one: postback config set consent.default anonymous',
  suppressed: 'the player was erased',
  superseded: 'a later change of the same person in the audience list has taken its place',
  organic: 'no paid click brought the player',
  other_network: 'the click belongs to a network that --network leaves out',
  no_click_id:
    'the network needs a click id, and the line carries none; google.withoutClickId=send sends Google what has an e-mail address or phone number',
  no_goal: 'no goal counts this event: postback goals add',
  goal_disabled: 'the goal is disabled: postback goals enable GOAL',
  filter_not_met: 'a filter of the goal does not hold',
  already_counted: 'the goal counts once per player',
  not_connected: 'the network that owns the click is not connected: postback connect NETWORK',
  network_disabled: 'the connection is switched off: postback enable NETWORK',
  unmapped_goal: 'the goal is not mapped at the network: postback map GOAL NETWORK ID',
  too_old: "older than the network's window: it would be dropped there in silence",
  in_future: 'ahead of the clock: look at the clock of the game or of this machine',
  no_match_key: 'nothing on the line that the network could match a person with',
  no_country: 'no country on the line; amazon.defaultCountry can set one',
  eu_consent_missing: 'the network asks for a consent signal there, and the line carries none',
  opted_out: 'the person opted out under a US privacy law, and the network has no limited data use',
  unsupported_currency:
    'the network does not take this currency; amazon.unsupportedCurrency=count sends it without money',
  incomplete_event: 'a field that the network requires is missing or out of range',
};

/** What it means that postbacks failed or wait, by the kind of their last outcome, and what can be done. */
export const KIND_WORDS: Readonly<Record<string, string>> = {
  configuration:
    'What the goal is mapped to, or the account, is not right at the network: postback map, postback doctor.',
  payload: 'The network refused these events as they are: postback logs --status failed names each.',
  expired: 'They waited until the network would take them no more: send sooner, and again after a failure.',
  transient: 'The network could not be reached or kept failing: postback replay --state pending --all.',
  throttled: 'The network took no more for the moment: postback replay --state pending --all.',
  credential: 'The network refuses the account for now: postback status says why, and what fixes it.',
  processing: 'The network has them and decides later: postback replay --state pending --all asks.',
  unknown:
    'Whether the network has them is not known; a second delivery is harmless: postback replay --state pending --all.',
  stopped: 'Their run was stopped: the same command again, or postback replay --state pending --all.',
  under_way: 'They are on their way, or wait for their next attempt.',
};
