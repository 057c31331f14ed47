import { TRIGGERS } from '../goals/goal-rules.js';
import { list, text } from './flags.js';

/** The parts of a goal as flags, for `goals add` and `goals edit`. */
export const goalFlags = {
  name: text({ summary: 'display name of the goal', helpValue: 'NAME' }),
  event: text({ summary: 'exact name of the event that counts', helpValue: 'EVENT' }),
  trigger: text({
    summary: "once: a player's first only; repeatable: each",
    options: [...TRIGGERS],
  }),
  filter: list({
    summary: "a condition such as 'value>10'; all given conditions must match",
    helpValue: 'CONDITION',
    whole: true,
  }),
  description: text({ summary: 'description of the goal', helpValue: 'TEXT' }),
};
