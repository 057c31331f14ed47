import { readHeader, type SandboxRequest } from './exchange.js';

/** The bearer token of a request; empty where there is none. */
export function readBearer(request: SandboxRequest): string {
  return /^Bearer (\S+)$/i.exec(readHeader(request, 'authorization') ?? '')?.[1] ?? '';
}
