import type { Me } from '../contract.ts';

/** Whether somebody may do what one of these roles may, as a person of the organisation. */
export function hasRole(me: Me | null, roles: readonly string[]): boolean {
  return (
    me !== null && me.person !== null && me.scopes.includes('write') && me.roles.some((role) => roles.includes(role))
  );
}

export const ACTING = ['analyst', 'counsel', 'approver', 'admin', 'duty'] as const;
