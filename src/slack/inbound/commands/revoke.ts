/** `revoke`, `revoke R-… [reason]`, `revoke @person [reason]`: ends one grant at once, offers several. */

import { REASON_MAX } from "../../../domain/command.ts";
import { readRequestId, type UserId } from "../../../domain/ids.ts";
import { Refused } from "../../../domain/refusal.ts";
import type { AccessRequest } from "../../../domain/request.ts";
import { type Revoke, revocable, revoke as revokeOne } from "../../../flow/revoke.ts";
import { done, revokeChoice } from "../../views/index.ts";
import type { Desk } from "../context.ts";
import type { Words } from "../reply.ts";
import { mention, typed } from "../typed.ts";
import type { Command } from "./index.ts";

export const revoke: Command = {
  // One's own grants are found and ended without asking Slack who may.
  first: (rest) => rest === "",
  run(desk, { user: by, rest }) {
    const person = mention(rest);
    if (person) return endFor(desk, { of: person.user, by, reason: reasonIn(person.rest) });
    return rest === "" ? endFor(desk, { of: by, by, reason: "" }) : endOne(desk, by, rest);
  },
};

const reasonIn = (text: string): string => [...typed(text).trim()].slice(0, REASON_MAX).join("");

function endOne(desk: Desk, by: UserId, rest: string): Promise<Words> {
  const [, word = "", reason = ""] = /^(\S+)\s*([\s\S]*)$/.exec(rest) ?? [];
  const id = readRequestId(word);
  if (!id) throw new Refused({ kind: "unknown-request", id: typed(word).slice(0, 80) });
  return end(desk, { id, by, reason: reasonIn(reason) });
}

async function endFor(
  desk: Desk,
  { of, by, reason }: { of: UserId; by: UserId; reason: string },
): Promise<Words> {
  const grants: AccessRequest[] = await revocable(desk.ports, { of, by });
  const [only, another] = grants;
  if (!only) throw new Refused({ kind: "nothing-to-revoke", ...(of === by ? {} : { who: of }) });
  if (another) return (ctx) => revokeChoice(grants, ctx, by);
  return end(desk, { id: only.id, by, reason });
}

async function end({ ports }: Desk, revoke: Revoke): Promise<Words> {
  const request = await revokeOne(ports, revoke);
  return (ctx) => done("ending", request, ctx);
}
