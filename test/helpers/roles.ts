/** The roles of the stories. */
import { ALICE, BOB, CAROL } from "./people.ts";

const description = { en: "View every page", zh: "查看所有页面" };

export const roles = {
  guest: {
    ...{ clusterRole: "karpor-guest", description },
    duration: { default: "1h", max: "7d" },
    approval: { by: ["S0SRE"], within: "4h" },
  },
  peek: {
    ...{ clusterRole: "karpor-guest", description },
    duration: { default: "15m", max: "1h" },
    approval: "none",
  },
  admin: {
    ...{ clusterRole: "karpor-admin", description },
    duration: { default: "1h", max: "8h", total: "12h" },
    reason: "required",
    requester: { in: ["S0DEV"] },
    approval: { by: [BOB, "S0SRE"], within: "4h", count: 2 },
    breakGlass: { by: [BOB], max: "1h", review: [ALICE, CAROL] },
  },
  shown: {
    ...{ clusterRole: "karpor-guest", description },
    duration: { default: "1h", max: "8h" },
    approval: "none",
    delivery: "reveal",
  },
};
