import type { Me } from './contract.ts';

export interface PageProps {
  readonly operation: string;
  /** Null while it is being asked. */
  readonly me: Me | null;
}

export interface OnePageProps extends PageProps {
  /** What of the page it is about: a server, a notice, a provider. */
  readonly subject: string;
}
