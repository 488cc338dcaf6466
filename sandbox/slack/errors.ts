/** Slack's own refusals, as a Web API method throws them. */
import type { JsonObject } from "./types.ts";

export class SlackRefusal extends Error {
  readonly code: string;
  readonly extra: JsonObject;
  constructor(code: string, extra: JsonObject = {}) {
    super(code);
    this.code = code;
    this.extra = extra;
  }
}

/** A mistake of a test or of the playground: a person cannot do what was asked of them. */
export class CannotDo extends Error {}
