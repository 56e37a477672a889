import type { Assignment } from '../domain/assignment.ts';

/** Which servers partners see to. */
export interface AssignmentReads {
  /** The newest word on each server of an operation that ever was with a partner. */
  assignments(operationId: string): Promise<readonly Assignment[]>;
  /** Of these servers, those whose open case a notice of ours has gone out about, each with one notice's reference. */
  noticesAbout(
    serverIds: readonly string[],
  ): Promise<readonly { readonly serverId: string; readonly reference: string }[]>;
}

/** What a partner sees of them: its own. */
export interface OwnAssignments {
  assignments(): Promise<readonly Assignment[]>;
  assignment(serverId: string): Promise<Assignment | null>;
}
