import { casesTexts } from './cases.ts';
import { operationTexts } from './operation.ts';
import { shellTexts } from './shell.ts';

/** Everything that the war room says, in one place: another language is another object of this shape. */
export const texts = { shell: shellTexts, operation: operationTexts, cases: casesTexts } as const;
