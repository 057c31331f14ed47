import type { Clock } from '../clock.js';
import type { NetworkName } from '../networks/names.js';
import type { Random } from '../random.js';
import type { AudienceStore } from './audience-store.js';
import type { ConversionStore } from './conversion-store.js';
import type { SandboxAnswer, SandboxRequest } from './exchange.js';
import type { Route } from './route.js';

/** What every network's stand-in is given. */
export interface SandboxTools {
  clock: Clock;
  random: Random;
  conversions: ConversionStore;
  audiences: AudienceStore;
  /** Whether the login takes `http://localhost:<any port>/callback` and not only the registered ports. */
  anyLoopbackPort: boolean;
  /** How long networks that decide later take, in milliseconds of the clock; each has its own default. */
  processingMs?: number;
}

/** The stand-in of one network: one folder of sandbox/. */
export interface SandboxNetwork {
  name: NetworkName;
  routes: readonly Route[];
  /** The error body for a path or method that the network does not have. */
  refuse(status: number, host: string): SandboxAnswer;
  /** Revokes the grant behind this request's token; all of the network's grants without a request. */
  revoke(request?: SandboxRequest): void;
  /** Ends the access token of this request, its grant stays good. */
  expire(request: SandboxRequest): void;
  /** Undoes every revocation. */
  restore(): void;
  /** Forgets what clients created here; grants and tokens stay. */
  reset(): void;
}
