import { useMutation } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { ask } from '../../api.ts';
import { texts } from '../../texts/en.ts';
import { Card, Failed } from '../../ui/parts.tsx';
import { Changes } from './changes.tsx';
import type { Draft } from './contract.ts';
import { Findings } from './findings.tsx';

const T = texts.methods.draft;

/** Another table beside the one in force: what differs, and whether it is sound. */
export function TryDraft(): ReactNode {
  const draft = useMutation({
    async mutationFn(file: File): Promise<Draft> {
      const response = await ask('/playbook/drafts', {
        method: 'POST',
        headers: { 'content-type': 'application/xml' },
        body: file,
      });
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the browser tests run against the real service
      return (await response.json()) as Draft;
    },
  });
  return (
    <Card title={T.title}>
      <div className="stack tight">
        <p className="quiet">{T.about}</p>
        <label className="field">{T.choose}
          <input type="file" accept=".dmn,.xml" onChange={({ target }) => { const [file] = target.files ?? []; if (file !== undefined) draft.mutate(file); }} />
        </label>
        {draft.error !== null && <Failed error={draft.error} />}
        {draft.data !== undefined && (
          <div className="stack tight" role="status">
            <p><strong>{draft.data.name}</strong> <code>{draft.data.sha256.slice(0, 16)}</code></p>
            <Findings check={draft.data.check} />
            <Changes changes={draft.data.changes} />
          </div>
        )}
      </div>
    </Card>
  ); // prettier-ignore
}
