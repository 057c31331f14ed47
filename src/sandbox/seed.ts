import type { Connection } from '../networks/network.js';
import type { SecretField } from '../networks/variables.js';

/** Grant that a sandbox issues in advance, so that `--sandbox` is connected without asking. */
export interface SandboxSeed {
  connection: Omit<Connection, 'source'>;
  /** Public constants, not secrets. */
  secrets: Partial<Record<SecretField, string>>;
  /**
   * What the goal templates are called here, by goal; absent where the network has names of its
   * own.
   */
  mappings?: Readonly<Record<string, string>>;
}
