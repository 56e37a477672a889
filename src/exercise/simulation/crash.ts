/** The process is dead: nothing that it still does reaches anything. */
export class Crash extends Error {
  constructor(where: string) {
    super(`the process died ${where}`);
    this.name = 'Crash';
  }
}
