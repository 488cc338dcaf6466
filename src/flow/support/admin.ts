/** What only administrators may. */
import type { UserId } from "../../domain/ids.ts";
import type { Ports } from "../ports.ts";
import { assertQualified } from "./reviewer.ts";

/** Throws Refused, SlackBusy. */
export const assertAdmin = (
  ports: Pick<Ports, "directory" | "log" | "policy">,
  by: UserId,
  purpose: "end" | "decide" = "end",
) => {
  const admins = [...ports.policy.admins];
  return assertQualified(ports, by, {
    among: admins,
    purpose,
    refusal: { kind: "not-admin", admins },
  });
};
