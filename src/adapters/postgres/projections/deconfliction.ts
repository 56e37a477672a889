import type { Projections } from '../projected-entry.ts';

export const DECONFLICTION: Projections = {};
