import type { Projections } from '../projected-entry.ts';

export const CLOCK: Projections = {};
