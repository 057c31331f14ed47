import type { Clock } from '../clock.js';
import type { NetworkName } from '../networks/names.js';
import type { Random } from '../random.js';
import type { AudienceStore } from './audience-store.js';
import type { ConversionStore } from './conversion-store.js';
import type { SandboxAnswer, SandboxRequest } from './exchange.js';
import type { Route } from './route.js';

/** Dependencies of every network's sandbox. */
export interface SandboxTools {
  clock: Clock;
  random: Random;
  conversions: ConversionStore;
  audiences: AudienceStore;
  /**
   * Whether the login takes `http://localhost:<any port>/callback` and not only the registered
   * ports.
   */
  anyLoopbackPort: boolean;
  /**
   * How long networks that decide later take, in milliseconds of the clock; each has its own
   * default.
   */
  processingMs?: number;
}

/** The sandbox of one network, in its own folder of src/sandbox/. */
export interface SandboxNetwork {
  name: NetworkName;
  routes: readonly Route[];
  /** The error body for a path or method that the network does not have. */
  refuse(status: number, host: string): SandboxAnswer;
  /** Revokes the grant of this request's token, or without a request all grants of the network. */
  revoke(request?: SandboxRequest): void;
  /** Expires the access token of this request. Its grant stays valid. */
  expire(request: SandboxRequest): void;
  /** Undoes every revocation. */
  restore(): void;
  /** Forgets what clients created here; grants and tokens stay. */
  reset(): void;
}
