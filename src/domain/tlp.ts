/** The labels of the Traffic Light Protocol 2.0 (FIRST, August 2022), from what may be told to all to what may be told to nobody. */
export const TLP_LABELS = ['clear', 'green', 'amber', 'amber+strict', 'red'] as const;
export type Tlp = (typeof TLP_LABELS)[number];

/** The marking-definitions of OASIS for STIX 2.1: those of TLP 2.0, and those of TLP 1 (STIX 2.1 section 7.2.1.4). */
const MARKINGS: Readonly<Record<string, Tlp>> = {
  'marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487': 'clear',
  'marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb': 'green',
  'marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421': 'amber',
  'marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003': 'amber+strict',
  'marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1': 'red',
  'marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9': 'clear',
  'marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da': 'green',
  'marking-definition--f88d31f6-486f-44da-b317-01333bde0b82': 'amber',
  'marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed': 'red',
};

/** The label that a STIX marking-definition stands for, or null where it is none of TLP. */
export function tlpOfMarking(id: string): Tlp | null {
  return MARKINGS[id] ?? null;
}

/** Reads "TLP:AMBER+STRICT", "tlp:white", "amber" (TLP 1's white is clear); null for anything else. */
export function parseTlp(text: string): Tlp | null {
  const label = text.trim().toLowerCase().replace(/^tlp:/, '').replace(/^"|"$/g, '');
  if (label === 'white') return 'clear';
  return TLP_LABELS.find((known) => known === label) ?? null;
}

/** The stricter of two; what nobody has marked restricts nothing. */
export function strictestTlp(one: Tlp | null, other: Tlp | null): Tlp | null {
  if (one === null || other === null) return one ?? other;
  return TLP_LABELS.indexOf(one) >= TLP_LABELS.indexOf(other) ? one : other;
}
