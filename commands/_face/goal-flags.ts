import { TRIGGERS } from '../../src/goals/goal-rules.js';
import { list, text } from './flags.js';

/** The parts of a goal as flags, for `goals add` and `goals edit`. */
export const goalFlags = {
  name: text({ summary: 'what the goal is called', helpValue: 'NAME' }),
  event: text({ summary: 'the event that counts, by its exact name', helpValue: 'EVENT' }),
  trigger: text({ summary: "once: a player's first only; repeatable: each", options: [...TRIGGERS] }),
  filter: list({
    summary: "a condition such as 'value>10'; give several and all must hold",
    helpValue: 'CONDITION',
    whole: true,
  }),
  description: text({ summary: 'what the goal is for', helpValue: 'TEXT' }),
};
