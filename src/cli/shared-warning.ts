import type { ConversionGoal } from '../goals/goal.js';
import { describeShared, listShared } from '../goals/mapping.js';
import { NETWORKS } from '../networks/registry.js';
import type { IO } from './io.js';

/** Warns of goals that count at one definition, as an import may bring them. */
export async function warnOfShared(io: IO, goals: readonly ConversionGoal[]): Promise<void> {
  const counting = NETWORKS.filter(({ defaultMapping }) => defaultMapping === undefined).map(
    ({ name }) => name,
  );
  for (const shared of listShared(goals, counting)) {
    await io.info(`${io.color.err.yellow('Warning:')} ${describeShared(shared)}`);
  }
}
