/** Who may take it before anybody approved it. */
import type { RequesterRule } from "./rule.ts";

export const mayBreakGlass: RequesterRule = ({ role, glass = null }, request) =>
  request.emergency && glass === null
    ? { kind: "may-not-break-glass", role: request.role, who: role.breakGlass?.by ?? [] }
    : null;
