/** What the page says, in both its languages. */
import { z } from "zod";

export const Language = z.enum(["en", "zh"]);
export type Language = z.infer<typeof Language>;

export type Said = Record<Language, string>;

/** Picks between two texts that stand next to each other in the code. */
export type Translate = (en: string, zh: string) => string;

export const translateTo =
  (language: Language): Translate =>
  (en, zh) =>
    language === "zh" ? zh : en;

/** Why something can't be done. */
export class Refusal extends Error {
  override name = "Refusal";
  readonly said: Said;
  constructor(en: string, zh: string) {
    super(en);
    this.said = { en, zh };
  }
}
