/** What only administrators may. */
import type { Tried } from "../../domain/attempt.ts";
import type { UserId } from "../../domain/ids.ts";
import type { Ports } from "../ports.ts";
import { noteRefused } from "./note-refused.ts";
import { assertQualified } from "./reviewer.ts";

/** Throws Refused, SlackBusy. */
export const assertAdmin = (
  ports: Pick<Ports, "directory" | "log" | "policy" | "attempts" | "requests" | "clock">,
  by: UserId,
  attempt: Tried,
  purpose: "end" | "decide" = "end",
) => {
  const admins = [...ports.policy.admins];
  return noteRefused(ports, { attempt, by }, () =>
    assertQualified(ports, by, { among: admins, purpose, refusal: { kind: "not-admin", admins } }),
  );
};
