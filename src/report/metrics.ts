import { Histogram } from './histogram.js';

/**
 * The figures of docs/reference/product.md#figures, as data. Rates in percent, rounded down; null
 * where nothing is.
 */
export interface MetricsData {
  /** Delivered, failed, waiting and lost together. */
  conversions: number;
  delivered: number;
  /** Failed permanently. */
  failed: number;
  /** Not delivered yet. */
  pending: number;
  /** Of the pending, those that a network accepted and has not decided. */
  accepted: number;
  /** Conversions that no postback could be made of: not mapped, too old, nothing to match. */
  lost: number;
  /** Delivered of all conversions. */
  deliveryRate: number | null;
  /** From the conversion to the answer that took it. */
  responseTimeMs: {
    mean: number | null;
    p50: number | null;
    p95: number | null;
    p99: number | null;
  };
  /** Delivered of all that a network judged. */
  accuracy: number | null;
}

/** Results of the conversions of a period, network or goal. */
export class Metrics {
  delivered = 0;
  failed = 0;
  /**
   * Of the failed, those that the network refused: as wrong, or as meant for something that is not
   * there.
   */
  refused = 0;
  pending = 0;
  accepted = 0;
  lost = 0;
  readonly responses = new Histogram();

  /** Counts a delivered conversion; `bucket` is where its response time is counted. */
  deliver(responseMs: number, bucket: number): void {
    this.delivered++;
    this.responses.add(responseMs, bucket);
  }

  get conversions(): number {
    return this.delivered + this.failed + this.pending + this.lost;
  }

  /** Delivered of all conversions, in percent and not rounded: what checks are about. */
  get deliveryRate(): number | null {
    return rateOf(this.delivered, this.conversions);
  }

  /** Delivered of all postbacks that a network judged, in percent and not rounded. */
  get accuracy(): number | null {
    return rateOf(this.delivered, this.delivered + this.refused);
  }

  toData(): MetricsData {
    const { conversions, delivered, failed, pending, accepted, lost, responses } = this;
    return {
      conversions,
      delivered,
      failed,
      pending,
      accepted,
      lost,
      deliveryRate: roundDown(this.deliveryRate),
      responseTimeMs: {
        mean: responses.mean,
        p50: responses.percentile(50),
        p95: responses.percentile(95),
        p99: responses.percentile(99),
      },
      accuracy: roundDown(this.accuracy),
    };
  }
}

function rateOf(part: number, whole: number): number | null {
  return whole === 0 ? null : (part / whole) * 100;
}

/** Rounds down to two decimals, so that 100 means that none is missing. */
export function roundDown(rate: number | null): number | null {
  // A rate such as 98.01 may be a hair below itself as a binary number.
  return rate === null ? null : Math.floor(rate * 100 + 1e-6) / 100;
}
