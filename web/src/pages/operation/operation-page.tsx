import type { ReactNode } from 'react';
import { part, useRead } from '../../api.ts';
import type { Overview } from '../../contract.ts';
import type { PageProps } from '../../page-props.ts';
import { texts } from '../../texts/en.ts';
import { Card, Loaded } from '../../ui/parts.tsx';
import { CaseFunnel } from './case-funnel.tsx';
import { CountryMap } from './country-map.tsx';
import { Headline } from './headline.tsx';
import { NeedsAPerson } from './needs-a-person.tsx';
import { ProviderRanking } from './provider-ranking.tsx';
import { RunningClock } from './running-clock.tsx';
import { ServersOverTime } from './servers-over-time.tsx';

const T = texts.operation;
/** Clocks run without an entry in the ledger. */
const READ_ANEW_MS = 30_000;

/** How the operation stands: what the lead has on the wall. */
export function OperationPage({ operation }: PageProps): ReactNode {
  const api = `/operations/${part(operation)}`;
  const overview = useRead<Overview>(`${api}/overview`, READ_ANEW_MS);
  return (
    <Loaded query={overview}>
      {(figures) => (
        <>
          <Headline figures={figures} />
          <div className="wall">
            <div className="stack">
              <Card title={T.chart.title}>
                <ServersOverTime figures={figures} />
              </Card>
              <div className="grid">
                <Card className="half" title={T.clock.title} aside={T.clock.about}>
                  <RunningClock operation={operation} bands={figures.clock} />
                </Card>
                <Card className="half" title={T.funnel.title}>
                  <CaseFunnel operation={operation} funnel={figures.funnel} />
                </Card>
              </div>
              <Card title={T.map.title}>
                <CountryMap countries={figures.byCountry} />
              </Card>
            </div>
            <div className="stack">
              <NeedsAPerson operation={operation} />
              <Card title={T.providers.title}>
                <ProviderRanking operation={operation} providers={figures.byProvider} />
              </Card>
            </div>
          </div>
        </>
      )}
    </Loaded>
  );
}
