import { createInterface } from 'node:readline/promises';

/** What a person types at a terminal; null where there is none to ask at. */
export async function askLine(question: string, signal: AbortSignal): Promise<string | null> {
  if (!process.stdin.isTTY) return null;
  // On standard error: standard output carries results only.
  const reader = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return await reader.question(question, { signal });
  } finally {
    reader.close();
  }
}
