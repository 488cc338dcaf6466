/** An administrator goes on with a Redis that is behind the hub: new grants are made again, none of what was asked for before. */
import type { UserId } from "../../domain/ids.ts";
import { Refused } from "../../domain/refusal.ts";
import type { Ports } from "../ports.ts";
import { noteRefused } from "../support/note-refused.ts";
import { assertQualified } from "../support/reviewer.ts";
import { unlessSlept } from "../support/unless-slept.ts";

export interface ConfirmRestore {
  by: UserId;
  /** What the hub remembered when the question was asked. */
  epoch: number;
}

/** Throws Refused, StoreDown, StoreUnsure, SlackBusy, TroubleOutside. */
export const confirmRestore = (ports: Ports, asked: ConfirmRestore): Promise<void> =>
  unlessSlept(ports, (assertAwake) => confirm(ports, asked, assertAwake));

async function confirm(ports: Ports, { by, epoch }: ConfirmRestore, assertAwake: () => void): Promise<void> {
  const { admins } = ports.policy;
  const refusal = { kind: "not-approver" as const, approvers: [...admins] };
  const { qualified } = await noteRefused(ports, { attempt: "confirm a restore", by }, () =>
    assertQualified(ports, by, { among: admins, refusal }),
  );
  assertAwake();
  if (!(await ports.epoch.confirm(epoch, { who: by, qualified })))
    throw new Refused({ kind: "nothing-restored" });
  ports.log.warn({ by, epoch }, "an administrator goes on with a Redis that is behind the hub");
}
