/**
 * By what two spellings of a source's name are the same source: "École", "école" and the same with a combining accent, an
 * invisible character or another width are; punctuation tells apart, for a file's own name is a source as well.
 */
export function sourceKey(name: string): string {
  return name
    .normalize('NFKC')
    .replaceAll(/\p{Default_Ignorable_Code_Point}+/gu, '')
    .toLowerCase()
    .replaceAll(/\s+/gu, ' ')
    .trim();
}
