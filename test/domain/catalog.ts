/** A catalog for the pure rules. */
import { Role } from "../../src/domain/catalog.ts";

const description = { en: "View", zh: "查看" };
const by = ["S0SRE"];

export const sampleRoles = {
  guest: Role.parse({
    clusterRole: "karpor-guest",
    description,
    duration: { default: "1h", max: "7d" },
    approval: { by },
  }),
  peek: Role.parse({
    clusterRole: "karpor-guest",
    description,
    duration: { default: "15m", max: "1h" },
    approval: "none",
  }),
  "search-rules": Role.parse({
    clusterRole: "karpor-search-rules",
    description,
    duration: { default: "1h", max: "1d" },
    approval: { by },
  }),
  ticket: Role.parse({
    clusterRole: "karpor-guest",
    description,
    duration: { default: "1h", max: "8h" },
    reason: { required: true, pattern: "[A-Z]+-\\d+", hint: { en: "a ticket", zh: "工单号" } },
    approval: { by },
  }),
  admin: Role.parse({
    clusterRole: "karpor-admin",
    description,
    duration: { default: "1h", max: "8h" },
    reason: "required",
    requester: { in: ["S0DEV"] },
    approval: { by: ["U0BOB", "S0SRE"], within: "2h" },
  }),
};
