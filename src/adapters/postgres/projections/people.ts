import type { Projections } from '../projected-entry.ts';

export const PEOPLE: Projections = {};
