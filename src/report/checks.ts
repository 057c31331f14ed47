import { roundDown, type Figures } from './figures.js';

/** What figures have to hold; absent: not asked for. */
export interface Demands {
  /** In percent. */
  minDeliveryRate?: number;
  /** Of the 95th percentile, in milliseconds. */
  maxResponseTimeMs?: number;
}

/** One demand and whether it holds. Where there is nothing to judge it does not: nothing was shown to work. */
export interface Check {
  check: 'min-delivery-rate' | 'max-response-time';
  limit: number;
  actual: number | null;
  holds: boolean;
}

/** Holds figures to what was demanded. */
export function checkFigures(
  { deliveryRate, responses }: Figures,
  { minDeliveryRate, maxResponseTimeMs }: Demands,
): Check[] {
  const checks: Check[] = [];
  if (minDeliveryRate !== undefined) {
    const holds = deliveryRate !== null && deliveryRate >= minDeliveryRate;
    checks.push({ check: 'min-delivery-rate', limit: minDeliveryRate, actual: roundDown(deliveryRate), holds });
  }
  if (maxResponseTimeMs !== undefined) {
    const actual = responses.percentile(95);
    const holds = actual !== null && actual <= maxResponseTimeMs;
    checks.push({ check: 'max-response-time', limit: maxResponseTimeMs, actual, holds });
  }
  return checks;
}
