/**
 * `error`: the notice must not go out like this. `warning`: it may, and is worse for it. `missing`: something that only a
 * person or a later step can supply.
 */
export type LintSeverity = 'error' | 'warning' | 'missing';

/** One thing that a notice lacks or gets wrong. */
export interface LintFinding {
  /** Stable, for scripts: "mail-structure". */
  readonly rule: string;
  readonly severity: LintSeverity;
  /** Where in the message: "subject", "text", "xarf-2.json". */
  readonly where: string;
  readonly what: string;
  /** What to do about it, one sentence. */
  readonly todo: string;
  /** The standard or law with its section, or our own rule. */
  readonly source: string;
}

/** A rule with all that a finding of it always says. */
export type LintRule = Omit<LintFinding, 'where' | 'what'>;

/** Takes findings down, at most so many of each rule: a hundred wrong reports are one mistake. */
export interface Findings {
  readonly say: (rule: LintRule, where: string, what: string) => void;
  /** Says it where the condition does not hold. */
  readonly demand: (holds: boolean, rule: LintRule, where: string, what: string) => void;
  readonly list: readonly LintFinding[];
}

const MAX_OF_A_RULE = 10;
const MAX_WHAT = 300;

export function collectFindings(): Findings {
  const list: LintFinding[] = [];
  const counts = new Map<string, number>();
  const say: Findings['say'] = (rule, where, what) => {
    const count = (counts.get(rule.rule) ?? 0) + 1;
    counts.set(rule.rule, count);
    if (count > MAX_OF_A_RULE) return;
    list.push({ ...rule, where, what: what.length > MAX_WHAT ? `${what.slice(0, MAX_WHAT - 1)}…` : what });
  };
  return {
    say,
    demand(holds, rule, where, what) {
      if (!holds) say(rule, where, what);
    },
    list,
  };
}
