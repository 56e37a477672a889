/** The part of dmn-moddle 12 that is used here; the package ships no types. */
declare module 'dmn-moddle' {
  export class DmnModdle {
    /** Rejects with an Error that carries `warnings` when the text is no DMN 1.3 document. */
    fromXML(xml: string): Promise<{
      readonly rootElement: unknown;
      readonly warnings: readonly { readonly message: string }[];
    }>;
    /** Writes a document as the bpmn.io editors do when they save. */
    toXML(element: unknown): Promise<{ readonly xml: string }>;
  }
}
