import type { Session } from '../connect.ts';
import type { ProjectedEntry, Projections } from '../projected-entry.ts';
import { instant } from '../sql-values.ts';

export const CONFIGURATIONS: Projections = {
  'configuration.retired': projectRetirement,
  'configuration.restored': projectRestoration,
};

async function projectRetirement(session: Session, { subject, body, recordedAt }: ProjectedEntry): Promise<void> {
  await session.run(
    `update configuration set retired_at = $2, retired_by = $3, retirement = $4
     where configuration_id = $1 and retired_at is null`,
    [subject, recordedAt, body['by'], body['reason']],
  );
}

async function projectRestoration(session: Session, { subject, recordedAt }: ProjectedEntry): Promise<void> {
  // In milliseconds, as severance reads them: text of a moment would depend on the session's settings.
  await session.run(
    `update configuration
     set earlier_retirements = earlier_retirements || jsonb_build_array(jsonb_build_object(
           'from', ${instant('retired_at')},
           'until', (extract(epoch from $2::timestamptz) * 1000)::bigint)),
         retired_at = null, retired_by = null, retirement = null
     where configuration_id = $1 and retired_at is not null`,
    [subject, recordedAt],
  );
}
