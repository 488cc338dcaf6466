/** Records to start from. */
import { HOUR } from "../../src/domain/duration.ts";
import { AccessRequest, type In } from "../../src/domain/request.ts";

export const T0 = Date.UTC(2026, 10, 2, 9);

export const requestedRecord = (change: Partial<In<"requested">> = {}): In<"requested"> =>
  AccessRequest.parse({
    state: "requested",
    id: "R-7K2Q9FXT",
    version: 1,
    requester: { id: "U0REQ", name: "Req", locale: "en" },
    role: "admin",
    clusterRole: "karpor-admin",
    reason: "OPS-123",
    duration: HOUR,
    requestedAt: T0,
    closesAt: T0 + 4 * HOUR,
    approvers: ["S0SRE"],
    policy: "0".repeat(64),
    terms: 1,
    generation: 1,
    messages: {},
    ...change,
  }) as In<"requested">;

export const pending = (): In<"pending"> => ({ ...requestedRecord(), state: "pending" });
