import { FORMAT_CHOICES } from '../../src/events/event-parser.js';
import { choice, defineFlags, integer, list, text, toggle } from './flags.js';

/** Which format the input is in; the first record tells where nothing is said. */
export const formatFlag = choice({
  summary: 'what the input holds (default: the first record tells)',
  options: FORMAT_CHOICES,
});

/** What `send`, `backfill`, `tail` and `replay` have in common (contract.md section 3). */
export const runFlags = defineFlags({
  network: list({ summary: 'only these networks', helpValue: 'NAME' }),
  goal: list({ summary: 'only these goals', helpValue: 'ID' }),
  format: formatFlag(),
  'dry-run': toggle({ summary: 'show the summary, the plan and one request a network; send and record nothing' }),
  concurrency: integer({ summary: 'requests in flight per account', min: 1, max: 256 }),
  rate: integer({ summary: "requests a second per account; 0 is unpaced (default: the network's limit)", min: 0 }),
  'max-attempts': integer({ summary: 'attempts of one postback in this run', min: 1, max: 100 }),
  strict: toggle({ summary: 'send nothing when a line is invalid; a stream stops at its first invalid line' }),
  wait: toggle({ summary: 'wait until networks that decide later (google) have decided' }),
  requests: text({ summary: 'write every request of a dry run to this file, as JSON Lines', helpValue: 'FILE' }),
  rejects: text({
    summary: 'append what was invalid, failed or too old to this file, with its line and reason',
    helpValue: 'FILE',
  }),
});
