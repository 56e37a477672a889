import { DmnModdle } from 'dmn-moddle';
import { z } from 'zod';
import { failure, success } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';

/** A decision table as its file has it: texts only, nothing judged. */
export interface DecisionTable {
  readonly name: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly rules: readonly {
    readonly id: string;
    readonly annotation: string;
    readonly inputEntries: readonly string[];
    readonly outputEntries: readonly string[];
  }[];
}

const MAX_RULES = 1000;
const MAX_CELL_CHARACTERS = 4000;

const languageSchema = z.string().refine((language) => /feel/i.test(language), 'the expression language must be FEEL');
const entrySchema = z.object({
  text: z.string().max(MAX_CELL_CHARACTERS, `a cell holds more than ${MAX_CELL_CHARACTERS} characters`).default(''),
  expressionLanguage: languageSchema.optional(),
});
const tableSchema = z.object({
  $type: z.literal('dmn:DecisionTable', 'the decision must be a decision table'),
  hitPolicy: z.literal('FIRST', 'the hit policy must be FIRST'),
  input: z.array(z.object({ inputExpression: entrySchema })).min(1),
  output: z.array(z.object({ name: z.string('an output column has no name') })).min(1),
  rule: z
    .array(
      z.object({
        id: z.string('a row has no id'),
        description: z.string().max(MAX_CELL_CHARACTERS).optional(),
        annotationEntry: z.array(z.object({ text: z.string().max(MAX_CELL_CHARACTERS).default('') })).default([]),
        inputEntry: z.array(entrySchema),
        outputEntry: z.array(entrySchema),
      }),
    )
    .min(1)
    .max(MAX_RULES, `more than ${MAX_RULES} rows`),
});
const documentSchema = z.object({
  name: z.string(),
  expressionLanguage: languageSchema.optional(),
  drgElement: z.array(z.object({ $type: z.string(), decisionLogic: z.unknown().optional() })).default([]),
});

/**
 * Reads the one decision table of a DMN 1.3 document. Entities are never expanded: a document that declares or uses any
 * is refused before it is parsed. So is one in which the parser found anything to complain of (an id used twice makes it
 * drop the row). The failure is a list of sentences.
 */
export async function readDecisionTable(xml: string): Promise<Result<DecisionTable, readonly string[]>> {
  if (/<!(DOCTYPE|ENTITY)/i.test(xml))
    return failure(['holds a document type or entity declaration, which is refused']);
  const entity = /&(?!(?:lt|gt|amp|quot|apos|#[0-9]{1,7}|#x[0-9a-f]{1,6});)[^;\s<]{0,20};?/i.exec(xml);
  if (entity !== null) return failure([`holds the undeclared entity ${entity[0]}`]);

  let document: Awaited<ReturnType<DmnModdle['fromXML']>>;
  try {
    document = await new DmnModdle().fromXML(xml);
  } catch (error) {
    return failure([`is not a DMN 1.3 document (${oneLine(parserReason(error))})`]);
  }
  if (document.warnings.length > 0) return failure(document.warnings.map((warning) => oneLine(warning.message)));
  const parsed = documentSchema.safeParse(document.rootElement);
  if (!parsed.success) return failure(parsed.error.issues.map(issueSentence));
  const [decision, ...others] = parsed.data.drgElement.filter((element) => element.$type === 'dmn:Decision');
  if (decision === undefined || others.length > 0) return failure(['there must be exactly one decision']);
  const logic = tableSchema.safeParse(decision.decisionLogic);
  if (!logic.success) return failure(logic.error.issues.map(issueSentence));
  const table = logic.data;
  return success({
    name: parsed.data.name,
    inputs: table.input.map((input) => input.inputExpression.text.trim()),
    outputs: table.output.map((output) => output.name),
    rules: table.rule.map((rule) => ({
      id: rule.id,
      // Editors of the bpmn.io family keep the annotation column in the rule's description; others use annotationEntry.
      annotation: (rule.description ?? rule.annotationEntry[0]?.text ?? '').trim(),
      inputEntries: rule.inputEntry.map((entry) => entry.text.trim()),
      outputEntries: rule.outputEntry.map((entry) => entry.text.trim()),
    })),
  });
}

/** The parser's own words; where it wraps the cause in warnings, the first of them tells more. */
function parserReason(error: unknown): string {
  const warned = z.object({ warnings: z.array(z.object({ message: z.string() })).min(1) }).safeParse(error);
  if (warned.success) return warned.data.warnings[0]?.message ?? '';
  return error instanceof Error ? error.message : String(error);
}

function issueSentence(issue: z.core.$ZodIssue): string {
  const [first, number, ...rest] = issue.path;
  if (first === 'rule' && typeof number === 'number') {
    return `row ${number + 1}${rest.length === 0 ? '' : `, ${rest.join(' ')}`}: ${issue.message}`;
  }
  return issue.path.length === 0 ? issue.message : `${issue.path.join(' ')}: ${issue.message}`;
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim().slice(0, 300);
}
