/** Who approves where no rule does. */
import type { PolicyLine } from "./rule.ts";

export const approval: PolicyLine = ({ role: { approval }, terms }) => {
  const line = "approval";
  if (approval === "none") return { line, says: "approve", because: `nobody need approve ${terms.role}` };
  const { by, count, fallback } = approval;
  const many = count > 1 ? ` for ${count} of them` : "";
  const others = fallback ? `, and ${fallback.by.join(", ")} too when nobody decides` : "";
  return { line, says: "ask", because: `asks ${by.join(", ")}${many}${others}` };
};
