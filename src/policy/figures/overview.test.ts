import { expect, test } from 'vitest';
import type { OperationReport, ServerFigure } from '../../domain/report.ts';
import { overviewOf } from './overview.ts';

const ASOF = '2020-10-12T12:00:00.000Z';

function server(host: string, identifiedAt: string, more: Partial<ServerFigure> = {}): ServerFigure {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what the clock asks for, and nothing else
  return { host, provider: 'Example Hosting', identifiedAt, isDevice: false, isDisabled: false, darkAt: null, isWrong: false, settledAs: null, ...more } as ServerFigure; // prettier-ignore
}

function reportWith(servers: readonly ServerFigure[]): OperationReport {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- as above
  return { asOf: ASOF, operation: 'lab', servers, devices: [], curves: {} } as unknown as OperationReport;
}

test('servers whose time runs stand in the band of what is left of it, the most pressing first', () => {
  const { clock } = overviewOf(
    reportWith([
      server('192.0.2.1', '2020-10-12T11:59:00.000Z'),
      server('192.0.2.2', '2020-10-12T10:30:00.000Z'),
      server('192.0.2.3', '2020-10-12T09:10:00.000Z'),
      server('192.0.2.4', '2020-10-12T07:00:00.000Z'),
      server('192.0.2.5', '2020-10-12T06:00:00.000Z'),
    ]),
    {},
  );
  expect(clock.map(({ underMinutes, servers }) => [underMinutes, servers])).toEqual([
    [null, 2], [30, 1], [60, 0], [120, 1], [180, 1],
  ]); // prettier-ignore
  expect(clock[0]?.first).toEqual([
    { host: '192.0.2.5', provider: 'Example Hosting', minutesLeft: -180 },
    { host: '192.0.2.4', provider: 'Example Hosting', minutesLeft: -120 },
  ]);
});

test('no clock runs for what is dark, disabled, wrong, settled, or a device', () => {
  const at = '2020-10-12T11:00:00.000Z';
  const { clock } = overviewOf(
    reportWith([
      server('192.0.2.1', at, { darkAt: at }),
      server('192.0.2.2', at, { isDisabled: true }),
      server('192.0.2.3', at, { isWrong: true }),
      server('192.0.2.4', at, { settledAs: 'cleaned' }),
      server('192.0.2.5', at, { isDevice: true }),
    ]),
    {},
  );
  expect(clock.reduce((sum, { servers }) => sum + servers, 0)).toBe(0);
});

test('a server identified at the moment of the report has all of its time left', () => {
  const { clock } = overviewOf(reportWith([server('192.0.2.1', ASOF)]), {});
  expect(clock.at(-1)).toMatchObject({ underMinutes: 180, servers: 1, first: [{ minutesLeft: 180 }] });
});

test('the funnel has every state, also those that nothing is in', () => {
  const { funnel } = overviewOf(reportWith([]), { dark: 3, notified: 1 });
  expect(funnel).toContainEqual({ state: 'dark', cases: 3 });
  expect(funnel).toContainEqual({ state: 'drafted', cases: 0 });
});
