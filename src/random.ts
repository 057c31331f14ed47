import { randomBytes } from 'node:crypto';

/** Chance, injected so that tests can repeat it. */
export interface Random {
  /** A number in [0, 1): jitter, never secrets. */
  unit(): number;
  /** `size` unpredictable bytes. */
  bytes(size: number): Buffer;
}

/** The machine's chance. */
export const systemRandom: Random = {
  unit: () => Math.random(),
  bytes: (size) => randomBytes(size),
};
