import { roundDown, type Metrics } from './metrics.js';

/** Required limits of metrics; absent: not checked. */
export interface Demands {
  /** In percent. */
  minDeliveryRate?: number;
  /** Of the 95th percentile, in milliseconds. */
  maxResponseTimeMs?: number;
}

/**
 * A limit and whether it is met. Without conversions it is not met, because nothing shows that
 * delivery works.
 */
export interface Check {
  check: 'min-delivery-rate' | 'max-response-time';
  limit: number;
  actual: number | null;
  holds: boolean;
}

/** Holds figures to what was demanded. */
export function checkMetrics(
  { deliveryRate, responses }: Metrics,
  { minDeliveryRate, maxResponseTimeMs }: Demands,
): Check[] {
  const checks: Check[] = [];
  if (minDeliveryRate !== undefined) {
    const holds = deliveryRate !== null && deliveryRate >= minDeliveryRate;
    checks.push({
      check: 'min-delivery-rate',
      limit: minDeliveryRate,
      actual: roundDown(deliveryRate),
      holds,
    });
  }
  if (maxResponseTimeMs !== undefined) {
    const actual = responses.percentile(95);
    const holds = actual !== null && actual <= maxResponseTimeMs;
    checks.push({ check: 'max-response-time', limit: maxResponseTimeMs, actual, holds });
  }
  return checks;
}
