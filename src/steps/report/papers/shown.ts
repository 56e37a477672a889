import { parseAddress } from '../../../domain/address.ts';
import { defang } from '../../../domain/defang.ts';
import { defangText } from '../../../domain/defang-text.ts';
import { plainText } from '../../../domain/plain-text.ts';
import type { OperationReport, ServerFigure } from '../../../domain/report.ts';

/** Nothing that somebody else wrote is longer in a paper. */
const MAX_TEXT = 300;
const MAX_NAME = 80;
const MAX_HOST = 90;
const MAX_PROSE = 4000;

const WITHHELD = '(device, address withheld)';

/** How hosts and other people's words stand in a paper: defanged, on one line, devices' addresses left out. */
export interface Shown {
  readonly withholds: boolean;
  readonly host: (host: string) => string;
  /** A sentence that may quote hosts. */
  readonly text: (text: string) => string;
  readonly name: (text: string) => string;
  /** Text of our own, of any length. */
  readonly prose: (text: string) => string;
  /** Whether this one's address is left out. */
  readonly isWithheld: (server: ServerFigure) => boolean;
}

/**
 * @param withDeviceAddresses devices stand in homes and offices, and their addresses are personal data: only on request
 */
export function createShown(report: Pick<OperationReport, 'devices'>, withDeviceAddresses: boolean): Shown {
  const devices = new Set(withDeviceAddresses ? [] : report.devices);
  const isDevice = (host: string): boolean => devices.has(host);
  const withoutDevices = (text: string): string =>
    devices.size === 0 ? text : text.replaceAll(HOST_LIKE, (found) => withhold(found, isDevice));
  const shownText = (text: string, max: number): string => defangText(withoutDevices(plainText(text, max)));
  return {
    withholds: devices.size > 0,
    host: (host) => {
      if (isDevice(host)) return WITHHELD;
      // Whatever is no host in canonical form is somebody's text.
      return /^[\w.:-]+$/.test(host) ? defang(plainText(host, MAX_HOST)) : shownText(host, MAX_HOST);
    },
    text: (text) => shownText(text, MAX_TEXT),
    name: (text) => shownText(text, MAX_NAME),
    prose: (text) => plainText(text, MAX_PROSE),
    isWithheld: ({ host }) => isDevice(host),
  };
}

/** Anything that may be an address or a name, defanged or not. */
const HOST_LIKE = /(?:[\p{L}\p{N}_-]|\[\.\]|\[:\]:?|[.:](?=[\p{L}\p{N}[:]))+/gu;

function withhold(found: string, isDevice: (host: string) => boolean): string {
  const plain = found.replaceAll(/\[([.:])\]/g, '$1').toLowerCase();
  if (isDevice(plain)) return WITHHELD;
  const parsed = parseAddress(plain);
  if (parsed.ok && isDevice(parsed.value.text)) return WITHHELD;
  // With a port behind it.
  const host = /^([^:]+):\d{1,5}$/.exec(plain)?.[1];
  return host !== undefined && isDevice(host) ? WITHHELD : found;
}
