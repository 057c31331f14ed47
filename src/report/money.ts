import { parseDecimal } from '../decimal.js';
import { trimEndOf } from '../text-ends.js';

/** Amounts are added up exactly to this many decimals; what is beyond is cut off. */
const DECIMALS = 18;
/** Most amounts have so few digits that they can be added as whole millionths in a number. */
const SHORT = /^\d{1,9}(?:\.\d{1,6})?$/;
const MILLIONTHS = 1_000_000;
const TO_FULL = 10n ** BigInt(DECIMALS - 6);
/** Below 2^53 with room for one more amount. */
const FLUSH_AT = 2 ** 52;

/** An exact sum of decimal amounts, without binary floats. */
export class Sum {
  #total = 0n;
  #millionths = 0;
  #count = 0;

  /** Adds an amount as events carry it, such as `9.99`. */
  add(amount: string): void {
    this.#count++;
    if (SHORT.test(amount)) {
      this.#millionths += Math.round(Number(amount) * MILLIONTHS);
      if (this.#millionths > FLUSH_AT) this.#flush();
    } else {
      this.#total += toWhole(amount);
    }
  }

  /** Adds what another sum holds. */
  addSum(other: Sum): void {
    other.#flush();
    this.#total += other.#total;
    this.#count += other.#count;
  }

  /** How many amounts there are. */
  get count(): number {
    return this.#count;
  }

  /** The sum as decimal text, without zeros at the end: `1234.5`. */
  toString(): string {
    this.#flush();
    const sign = this.#total < 0n ? '-' : '';
    const digits = String(this.#total < 0n ? -this.#total : this.#total).padStart(
      DECIMALS + 1,
      '0',
    );
    const fraction = trimEndOf(digits.slice(-DECIMALS), /0/);
    return `${sign}${digits.slice(0, -DECIMALS)}${fraction === '' ? '' : `.${fraction}`}`;
  }

  #flush(): void {
    this.#total += BigInt(this.#millionths) * TO_FULL;
    this.#millionths = 0;
  }
}

/**
 * An amount as a whole number of the smallest decimals that are kept; nothing where the text is
 * none.
 */
function toWhole(amount: string): bigint {
  const { sign, digits, magnitude } = parseDecimal(amount) ?? { sign: 0, digits: '', magnitude: 0 };
  // Digits before the decimal point, plus the decimals that are kept. No amount has a hundred
  // digits.
  const length = Math.min(100, magnitude) + DECIMALS;
  const kept = length <= 0 ? '' : digits.slice(0, length).padEnd(length, '0');
  return kept === '' ? 0n : BigInt(sign) * BigInt(kept);
}
