import type { PreflightCall } from './preflight.js';

/** A definition to which a goal can be mapped. */
export interface ListedDefinition {
  id: string;
  name: string;
  /** Why conversions would be refused there, in half a sentence. */
  problem?: string;
}

/** The definitions of an account, or why they cannot be listed. */
export type DefinitionList = { definitions: ListedDefinition[] } | { unavailable: string };

/**
 * Lists the definitions of the connected account. @throws ConnectionFault when there is no answer.
 */
export type ListDefinitions = (
  call: Pick<PreflightCall, 'http' | 'connection' | 'accessToken' | 'signal'>,
) => Promise<DefinitionList>;
