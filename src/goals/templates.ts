import type { Trigger } from './goal.js';

/** A goal to start from; every field can be changed before it is saved. */
export interface GoalTemplate {
  id: string;
  name: string;
  event: string;
  trigger: Trigger;
  description: string;
}

/** The three templates of the product. */
export const GOAL_TEMPLATES: readonly GoalTemplate[] = [
  {
    id: 'first-purchase',
    name: 'First Purchase',
    event: 'purchase',
    trigger: 'once',
    description: "a player's first purchase",
  },
  {
    id: 'wishlist-add',
    name: 'Wishlist Add',
    event: 'wishlist_add',
    trigger: 'once',
    description: 'a player puts the game on the wishlist for the first time',
  },
  {
    id: 'email-captured',
    name: 'Email Captured',
    event: 'email_acquired',
    trigger: 'once',
    description: 'a player leaves an e-mail address for the first time',
  },
];

/**
 * Events that goals are usually made for, with what their filters can ask
 * (docs/reference/formats.md#events-and-their-properties).
 */
export const KNOWN_EVENTS: Readonly<Record<string, readonly string[]>> = {
  purchase: ['value', 'currency', 'quantity', 'item_id', 'item_name', 'transaction_id'],
  wishlist_add: ['game_id', 'source', 'platform'],
  wishlist_remove: ['game_id'],
  email_acquired: [],
  sign_up: ['method'],
  game_launch: ['platform', 'version', 'build_id'],
  progression: ['status', 'world', 'level', 'stage', 'score'],
  achievement_unlocked: ['achievement_id', 'achievement_type'],
};
