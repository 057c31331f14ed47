/**
 * Returns the standard event that `name` means but writes with other capitals; undefined where the
 * name is spelled right or means none. Networks compare names exactly, so that a name that differs
 * by case alone silently becomes a custom event.
 */
export function findStandardSpelling(
  standardEvents: readonly string[],
  name: string,
): string | undefined {
  const folded = name.toLowerCase();
  const meant = standardEvents.find((standard) => standard.toLowerCase() === folded);
  return meant === name ? undefined : meant;
}
