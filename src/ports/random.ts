/** The only source of chance. */
export interface Random {
  /** `size` unpredictable bytes (predictable ones in a simulation). */
  bytes(size: number): Uint8Array;
}
