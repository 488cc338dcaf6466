/** Only what the catalog says can be taken before anybody approved it. */
import type { AskRule } from "./rule.ts";

export const emergencyOffered: AskRule = ({ role, emergency }, roles) => {
  if (!emergency || roles[role]?.breakGlass) return null;
  const offered = Object.keys(roles).filter((name) => roles[name]?.breakGlass);
  return { kind: "no-emergency", role, roles: offered };
};
