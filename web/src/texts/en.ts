import { authoritiesTexts } from './authorities.ts';
import { casesTexts } from './cases.ts';
import { exerciseTexts } from './exercise.ts';
import { handsTexts } from './hands.ts';
import { ledgerTexts } from './ledger.ts';
import { methodsTexts } from './methods.ts';
import { oneCaseTexts } from './one-case.ts';
import { operationTexts } from './operation.ts';
import { providersTexts } from './providers.ts';
import { reviewTexts } from './review.ts';
import { severanceTexts } from './severance.ts';
import { shellTexts } from './shell.ts';
import { strikesTexts } from './strikes.ts';

/** Everything that the war room says, in one place: another language is another object of this shape. */
export const texts = {
  shell: shellTexts,
  exercise: exerciseTexts,
  hands: handsTexts,
  operation: operationTexts,
  cases: casesTexts,
  review: reviewTexts,
  oneCase: oneCaseTexts,
  ledger: ledgerTexts,
  severance: severanceTexts,
  strikes: strikesTexts,
  providers: providersTexts,
  authorities: authoritiesTexts,
  methods: methodsTexts,
} as const;
