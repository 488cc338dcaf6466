/** Languages: one file and one line here each. */
import type { Locale } from "../../domain/person.ts";
import { en } from "./en.ts";
import { zh } from "./zh.ts";

export type Words = typeof en;

const LANGUAGES: Record<Locale, Words> = { en, zh };

export const words = (locale: Locale): Words => LANGUAGES[locale];
