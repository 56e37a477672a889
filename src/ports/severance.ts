import type { SeveranceFacts } from '../domain/severance.ts';

export interface SeveranceReads {
  /**
   * What configurations list and how those servers stand, of one operation. Servers of these ids are among them though no
   * configuration list them and nobody has found them alive, as far as the operation tracks them.
   */
  severanceFacts(operationId: string, alsoServerIds?: readonly string[]): Promise<SeveranceFacts>;
}
