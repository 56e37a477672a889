/** How a long job tells a person where it is. The face decides whether and how to show it. */
export interface Progress {
  /** What goes on now, in a few words: "reading feed.csv", and how far it is, where that is known. */
  step(text: string, done?: number, total?: number): void;
  /** Before another program asks the person something: what it is about, on a line that stays. */
  beforeQuestion?(text: string): void;
}
