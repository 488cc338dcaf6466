/** The request a button was drawn for, and what is told where no redraw shows the outcome. */

import { Refused } from "../../../domain/refusal.ts";
import type { AccessRequest } from "../../../domain/request.ts";
import { type Done, done } from "../../views/index.ts";
import type { Click } from "../payload.ts";
import type { Told } from "./index.ts";

/** Throws Refused(unknown-request). */
export function about({ about, value }: Click): NonNullable<Click["about"]> {
  if (!about) throw new Refused({ kind: "unknown-request", id: value.slice(0, 80) });
  return about;
}

/** A message that others see, or that stands in a DM, is redrawn from the record; an ephemeral one is not. */
export const toldIn = (click: Click, kind: Done, request: AccessRequest): Told | undefined =>
  click.ephemeral ? { words: (ctx) => done(kind, request, ctx), replace: true } : undefined;
