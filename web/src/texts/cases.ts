export const casesTexts = {} as const;
