import { parseCondition } from '../goals/filter.js';
import type { Trigger } from '../goals/goal.js';
import type { GoalInput } from '../goals/goal-list.js';
import { GOAL_TEMPLATES, KNOWN_EVENTS, type GoalTemplate } from '../goals/templates.js';
import { confirm, input, select, type PromptContext } from './prompts.js';

/** Values of the goal flags. */
export interface GoalAnswers {
  name?: string | undefined;
  event?: string | undefined;
  trigger?: string | undefined;
  filters?: string[] | undefined;
  description?: string | undefined;
  id?: string | undefined;
}

const OWN = 'a custom goal';

/**
 * Leads through event, filter and review on a terminal; what `given` says already is not asked.
 * Gives nothing when the review is answered with no.
 */
export async function askForGoal(
  context: PromptContext,
  given: GoalAnswers,
): Promise<GoalInput | undefined> {
  const template: Partial<GoalTemplate> =
    given.event === undefined ? await askForTemplate(context) : {};
  const event =
    given.event ?? (await askForText(context, 'Which event counts?', '--event', template.event));
  const name =
    given.name ?? (await askForText(context, 'What is the goal called?', '--name', template.name));
  const trigger = given.trigger ?? template.trigger ?? (await askForTrigger(context));
  const filters = given.filters ?? (await askForFilters(context, event));
  const goal = {
    ...given,
    event,
    name,
    trigger,
    filters,
    description: given.description ?? template.description,
  };
  const review = `${name}: ${event}, ${trigger}${describeFilters(filters)}. Save it?`;
  return (await confirm(context, {
    message: review,
    flagName: '--name and --event',
    fallback: true,
  }))
    ? goal
    : undefined;
}

async function askForTemplate(context: PromptContext): Promise<Partial<GoalTemplate>> {
  return select<Partial<GoalTemplate>>(context, {
    message: 'Which goal?',
    flagName: '--template',
    choices: [
      ...GOAL_TEMPLATES.map((template) => ({
        name: template.name,
        value: template,
        description: template.description,
      })),
      {
        name: OWN,
        value: {},
        description: `any event: ${Object.keys(KNOWN_EVENTS).join(', ')}, or another`,
      },
    ],
  });
}

async function askForText(
  context: PromptContext,
  message: string,
  flagName: string,
  fallback?: string,
): Promise<string> {
  const check = (text: string): string | undefined =>
    text.trim() === '' ? 'Enter a value.' : undefined;
  return input(context, {
    message,
    flagName,
    check,
    ...(fallback === undefined ? {} : { fallback }),
  });
}

async function askForTrigger(context: PromptContext): Promise<Trigger> {
  return select<Trigger>(context, {
    message: 'How often does it count per player?',
    flagName: '--trigger',
    choices: [
      { name: 'repeatable', value: 'repeatable', description: 'every conversion of a player' },
      { name: 'once', value: 'once', description: "a player's first conversion only" },
    ],
  });
}

/** Events without a property to filter by have no such step. */
async function askForFilters(context: PromptContext, event: string): Promise<string[]> {
  const fields = Object.hasOwn(KNOWN_EVENTS, event) ? KNOWN_EVENTS[event] : undefined;
  const filters: string[] = [];
  if (fields?.length === 0) return filters;
  const known = fields === undefined ? 'any property' : fields.join(', ');
  for (;;) {
    const message =
      filters.length === 0
        ? `Filter, such as value>10 (fields: ${known}; Enter for none)`
        : `Another filter (fields: ${known}; Enter for no further filter)`;
    const answer = await input(context, {
      message,
      flagName: '--filter',
      fallback: '',
      check: findProblem,
    });
    if (answer.trim() === '') return filters;
    const unknown = describeUnknownField(answer, event);
    if (unknown !== undefined) await context.io.info(unknown);
    filters.push(answer);
  }
}

function findProblem(text: string): string | undefined {
  if (text.trim() === '') return undefined;
  const parsed = parseCondition(text);
  return 'problem' in parsed ? `This ${parsed.problem}.` : undefined;
}

/**
 * Returns a sentence about a filter on a field that events of this name do not have by themselves;
 * undefined where nothing is odd or the event is not known.
 */
export function describeUnknownField(filter: string, event: string): string | undefined {
  const fields = Object.hasOwn(KNOWN_EVENTS, event) ? KNOWN_EVENTS[event] : undefined;
  const parsed = parseCondition(filter);
  if (fields === undefined || 'problem' in parsed) return undefined;
  const { field } = parsed.condition;
  if (fields.includes(field)) return undefined;
  const known = fields.length === 0 ? 'none' : fields.join(', ');
  return (
    `Note: ${field} is not a field of ${event} events (${known}). The filter holds only for ` +
    'events that carry it.'
  );
}

function describeFilters(filters: readonly string[]): string {
  return filters.length === 0 ? '' : `, when ${filters.join(' and ')}`;
}
