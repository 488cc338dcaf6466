/** A person of the workspace as far as access is concerned. Pure. */
import { z } from "zod";
import { UserId } from "./ids.ts";

export const Locale = z.enum(["en", "zh"]);
export type Locale = z.infer<typeof Locale>;

export const Person = z.object({ id: UserId, name: z.string(), locale: Locale });
export type Person = z.infer<typeof Person>;

/** Whom we serve is `member` only. */
export const Standing = z.enum(["member", "guest", "bot", "stranger", "deactivated"]);
export type Standing = z.infer<typeof Standing>;

export interface Profile extends Person {
  standing: Standing;
  title?: string | undefined;
  /** IANA name. */
  timeZone?: string | undefined;
}

/** What is kept of a profile. */
export const personOf = ({ id, name, locale }: Profile): Person => ({ id, name, locale });
