/** Mail that nobody has said yet which notice it belongs to. */
export const UNPLACED = '/mail?unplaced=true';
