import { openLab } from '../../test/support/lab-servers.ts';

/* The servers of bench/looks.ts, in a process of their own, so that its processor time is not counted. */

const lab = await openLab();
const tls = await lab.server({ does: 'tls', identity: await lab.identity() });
const http = await lab.server({ does: 'http' });
const closed = await lab.closedPort();
process.send?.({ tls, http, closed }, () => undefined);
process.once('disconnect', () => process.exit(0));
