import type { ApprovalReads } from '../../ports/approvals.ts';
import type { Session } from './connect.ts';

export function approvalReads(_session: Session): ApprovalReads {
  return {};
}
