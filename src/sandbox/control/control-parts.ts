import type { AudienceStore } from '../audience-store.js';
import type { ConversionStore } from '../conversion-store.js';
import type { FaultInjector } from '../faults/fault-injector.js';
import type { FaultRule } from '../faults/fault-rule.js';
import type { RequestLog } from '../request-log.js';
import type { SandboxNetwork } from '../sandbox-network.js';

/** What the pages under `/_sandbox` show and steer. */
export interface ControlParts {
  conversions: ConversionStore;
  audiences: AudienceStore;
  requests: RequestLog;
  faults: FaultInjector;
  /** The faults that a reset goes back to. */
  startupFaults: readonly FaultRule[];
  networks: readonly SandboxNetwork[];
  hosts: readonly string[];
}
