const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/**
 * The core segment of a TC string (IAB Europe, TC string v2) in which these purposes are consented
 * to.
 */
export function makeTcf(purposes: readonly number[], version = 2): string {
  const flags = Array.from({ length: 24 }, (_, index) =>
    purposes.includes(index + 1) ? '1' : '0',
  ).join('');
  const head = [
    toBits(version, 6),
    toBits(16_790_000_000, 36), // Created, in tenths of a second
    toBits(16_790_000_000, 36), // LastUpdated
    toBits(31, 12), // CmpId
    toBits(640, 12), // CmpVersion
    toBits(1, 6), // ConsentScreen
    toBits(4, 6) + toBits(13, 6), // ConsentLanguage: EN
    toBits(73, 12), // VendorListVersion
    toBits(4, 6), // TcfPolicyVersion
    '1', // IsServiceSpecific
    '0', // UseNonStandardTexts
    toBits(0, 12), // SpecialFeatureOptIns
  ];
  // Legitimate interest in everything, to be told apart from consent.
  const tail = [
    '1'.repeat(24),
    '0',
    toBits(4, 6) + toBits(13, 6),
    toBits(0, 16),
    '0',
    toBits(0, 16),
    '0',
    toBits(0, 12),
  ];
  return toText([...head, flags, ...tail].join(''));
}

/** A GPP string with sections in the order of their ids. */
export function makeGpp(sections: Readonly<Record<number, string>>): string {
  const ids = Object.keys(sections).map(Number);
  const steps = ids.map((id, index) => `0${toFibonacci(id - (ids[index - 1] ?? 0))}`);
  const header = toText(toBits(3, 6) + toBits(1, 6) + toBits(ids.length, 12) + steps.join(''));
  return [header, ...ids.map((id) => sections[id])].join('~');
}

/** Its Fibonacci coding: the greatest numbers taken first, ended by a one more. */
export function toFibonacci(number: number): string {
  const weights = [1, 2];
  while (weights.at(-1)! < number) weights.push(weights.at(-1)! + weights.at(-2)!);
  let left = number;
  const bits = weights.reverse().map((weight) => {
    if (weight > left) return '0';
    left -= weight;
    return '1';
  });
  return `${bits.reverse().join('').replace(/0+$/, '')}1`;
}

function toBits(number: number, length: number): string {
  return number.toString(2).padStart(length, '0');
}

function toText(bits: string): string {
  const padded = bits.padEnd(Math.ceil(bits.length / 6) * 6, '0');
  return padded.replace(/.{6}/g, (six) => ALPHABET[Number.parseInt(six, 2)]!);
}
