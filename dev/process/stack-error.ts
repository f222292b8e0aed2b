/** A fault that the person at the terminal can put right; it is shown as its one-line message, without a trace. */
export class StackError extends Error {
  override readonly name = "StackError";
}
