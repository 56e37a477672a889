import type { ReplyClass } from '../../domain/reply.ts';
import { phraseTable } from './wording.ts';
import type { PhraseTable, ReplyWording, WordedClass } from './wording.ts';

/** What a message is taken for, and why: a sentence for each header or word that it goes by. */
export interface Classified {
  readonly class: ReplyClass;
  readonly reasons: readonly string[];
}

/** The tables of replies.yaml, ready to be looked through. */
export interface PreparedWording {
  readonly tables: Readonly<Record<WordedClass, PhraseTable>>;
  readonly negations: PhraseTable;
  readonly conditions: PhraseTable;
  readonly standing: PhraseTable;
  readonly courtesies: PhraseTable;
  readonly automaticSubjects: PhraseTable;
  readonly automaticSentences: PhraseTable;
  readonly quotes: PhraseTable;
  readonly bounces: PhraseTable;
}

export function prepareWording(wording: ReplyWording): PreparedWording {
  const { classes } = wording;
  return {
    tables: {
      contest: phraseTable(classes.contest),
      refusal: phraseTable(classes.refusal),
      question: phraseTable(classes.question),
      'action-claimed': phraseTable(classes['action-claimed']),
      acknowledgement: phraseTable(classes.acknowledgement),
    },
    negations: phraseTable(wording.negations),
    conditions: phraseTable(wording.conditions),
    standing: phraseTable(wording.standing),
    courtesies: phraseTable(wording.courtesies),
    automaticSubjects: phraseTable(wording.automatic.subjects),
    automaticSentences: phraseTable(wording.automatic.sentences),
    quotes: phraseTable(wording.quotes),
    bounces: phraseTable(wording.bounces),
  };
}
