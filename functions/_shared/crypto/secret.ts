const redacted = "[redacted]";

/** A text that must not be shown: printing, serialising or joining it gives `[redacted]`. */
export class Secret {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  /** The text itself, for the one place that needs it. */
  reveal(): string {
    return this.#text;
  }

  toString(): string {
    return redacted;
  }

  toJSON(): string {
    return redacted;
  }

  [Symbol.toPrimitive](): string {
    return redacted;
  }

  /** console.log and util.inspect of Node. */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return redacted;
  }

  /** console.log of Deno. */
  [Symbol.for("Deno.customInspect")](): string {
    return redacted;
  }
}
