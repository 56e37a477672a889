/** What of an exercise's figures is read here: the contract of `dismantle exercise --json`. */
export interface OctoberFigures {
  readonly initial: { readonly identified: number; readonly disabled: number; readonly devices: { readonly identified: number; readonly disabled: number } }; // prettier-ignore
  readonly added: { readonly identified: number; readonly disabled: number };
  readonly total: { readonly identified: number; readonly disabled: number };
  readonly identifyToDark: { readonly medianMinutes: number | null };
  readonly notifyToDark: { readonly fastestMinutes: number | null };
  readonly severed: { readonly state: string };
  readonly liveByCountry: Readonly<Record<string, number>>;
  /** What the product refused to the team of the exercise. */
  readonly troubles: { readonly total: number; readonly first: readonly string[] };
}

/** What does not agree with Microsoft's figures of 20 October 2020 (and our own targets beside them), a sentence each. */
export function octoberFindings(result: OctoberFigures): readonly string[] {
  const { initial, added, total, identifyToDark, notifyToDark, severed, liveByCountry, troubles } = result;
  const wanted: readonly (readonly [what: string, got: unknown, right: boolean])[] = [
    ['62 of 69 of the beginning', initial, initial.disabled === 62 && initial.identified === 69],
    ['0 of 7 devices', initial.devices, initial.devices.disabled === 0 && initial.devices.identified === 7],
    ['58 of 59 replacements', added, added.disabled === 58 && added.identified === 59],
    ['120 of 128 in all', total, total.disabled === 120 && total.identified === 128],
    ['identified to dark under three hours', identifyToDark, (identifyToDark.medianMinutes ?? Infinity) < 180],
    ['the fastest provider under six minutes', notifyToDark, (notifyToDark.fastestMinutes ?? Infinity) < 6],
    ['severed: no', severed, severed.state === 'no'],
    ['live in BR, CO, ID and KG', liveByCountry, Object.keys(liveByCountry).toSorted().join(' ') === 'BR CO ID KG'],
    ['without a trouble', troubles, troubles.total === 0],
  ];
  return wanted.filter(([, , right]) => !right).map(([what, got]) => `not ${what}: ${JSON.stringify(got)}`);
}
