import { useMutation } from '@tanstack/react-query';
import type { UseMutationResult } from '@tanstack/react-query';
import { useEffect, useMemo, useState } from 'react';
import { act, ask as askService } from '../../api.ts';
import type { Check, Trial } from './contract.ts';
import { readSource, writeSource } from './dmn-source.ts';
import type { DmnSource, SourceRow } from './dmn-source.ts';

const QUIET_MS = 600;

/** A table that somebody edits, in this page alone: nothing of it is kept anywhere before it is proposed. */
export interface TableDraft {
  readonly source: DmnSource;
  readonly rows: readonly SourceRow[];
  /** Its DMN file. */
  readonly text: string;
  readonly isChanged: boolean;
  readonly change: (rows: readonly SourceRow[]) => void;
  /** What it would do, a moment after it was edited. */
  readonly trial: UseMutationResult<Trial, Error, string>;
  readonly proof: UseMutationResult<Check | null, Error, void>;
  /** The test cases (YAML); null: those that come with the program. */
  readonly examples: string | null;
  readonly setExamples: (text: string | null) => void;
}

export function useDraft(source: DmnSource, operation: string): TableDraft {
  const [rows, setRows] = useState(source.rows);
  const [examples, setExamples] = useState<string | null>(null);
  const text = useMemo(() => writeSource(source, rows), [source, rows]);
  const isChanged = text !== source.text;
  const body = (table: string): object => ({ table, ...(examples === null ? {} : { examples }) });
  const trial = useMutation({
    mutationFn: (table: string) => act<Trial>('POST', '/playbook/trials', { ...body(table), operation }),
  });
  const proof = useMutation({
    mutationFn: async () => (await act<Trial>('POST', '/playbook/trials', { ...body(text), check: true })).check,
  });
  const { mutate } = trial;
  const { reset } = proof;
  useEffect(() => {
    reset();
    const timer = setTimeout(() => mutate(text), QUIET_MS);
    return () => clearTimeout(timer);
    // The test cases as well: they are in what is sent.
  }, [text, examples, mutate, reset]);
  useEffect(() => {
    if (!isChanged) return undefined;
    // The browser asks, in its own words.
    const ask = (event: BeforeUnloadEvent): void => event.preventDefault();
    addEventListener('beforeunload', ask);
    return () => removeEventListener('beforeunload', ask);
  }, [isChanged]);
  return { source, rows, text, isChanged, change: setRows, trial, proof, examples, setExamples };
}

/** The table in force, to be edited. */
export async function openSource(): Promise<DmnSource> {
  const response = await askService('/playbook/source');
  const found = readSource(await response.text());
  if (found === null) throw new Error('The table in force could not be read.');
  return found;
}
