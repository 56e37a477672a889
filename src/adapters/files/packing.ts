/** What a file may be packed with, told from its bytes and never from its name. */
export type Packing = 'gzip' | 'zip' | 'bzip2' | 'xz' | 'zstd' | '7z' | 'rar' | 'tar';

interface Signature {
  readonly packing: Packing;
  readonly offset: number;
  readonly bytes: readonly number[];
}

const ascii = (text: string): readonly number[] => [...Buffer.from(text, 'latin1')];

const SIGNATURES: readonly Signature[] = [
  // RFC 1952 section 2.3.1
  { packing: 'gzip', offset: 0, bytes: [0x1f, 0x8b] },
  // APPNOTE.TXT sections 4.3.7, 4.3.16 (an archive of nothing) and 8.5.3 (a part of a split one)
  { packing: 'zip', offset: 0, bytes: ascii('PK\u0003\u0004') },
  { packing: 'zip', offset: 0, bytes: ascii('PK\u0005\u0006') },
  { packing: 'zip', offset: 0, bytes: ascii('PK\u0007\u0008') },
  { packing: 'bzip2', offset: 4, bytes: ascii('1AY&SY') },
  { packing: 'xz', offset: 0, bytes: ascii('\u00fd7zXZ\u0000') },
  // RFC 8878 section 3.1.1
  { packing: 'zstd', offset: 0, bytes: [0x28, 0xb5, 0x2f, 0xfd] },
  { packing: '7z', offset: 0, bytes: ascii('7z\u00bc\u00af\u0027\u001c') },
  { packing: 'rar', offset: 0, bytes: ascii('Rar!\u001a\u0007') },
  { packing: 'tar', offset: 257, bytes: ascii('ustar') },
];

/** As many first bytes as any signature needs. */
export const PACKING_BYTES = 262;

export function packingOf(head: Uint8Array): Packing | null {
  const found = SIGNATURES.find(({ offset, bytes }) => bytes.every((byte, index) => head[offset + index] === byte));
  return found?.packing ?? null;
}
