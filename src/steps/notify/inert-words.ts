/** Takes from a value what could be read as a placeholder that nobody filled, or as a statement that is missing. */
export function inertWords(value: string): string {
  return value.replaceAll(/([{}])(?=\1)/g, '$1 ').replaceAll(/\[(?=\s*MISSING\s*:)/gi, '(');
}
