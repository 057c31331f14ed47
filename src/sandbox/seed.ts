import type { Connection } from '../networks/network.js';
import type { SecretField } from '../networks/variables.js';

/** What the stand-in of a network has granted without being asked, so that `--sandbox` is connected at once. */
export interface SandboxSeed {
  connection: Omit<Connection, 'source'>;
  /** Public constants of a stand-in, secret in form only. */
  secrets: Partial<Record<SecretField, string>>;
  /** What the goal templates are called here, by goal; absent where the network has names of its own. */
  mappings?: Readonly<Record<string, string>>;
}
