/** What whoever reaches the hub may do without a token, and whether that is what the configuration says. */
import { type AnonymousAccess, isClosed } from "../../domain/anonymous.ts";
import { READS } from "../../hub/client/anonymous.ts";
import type { HubSettings } from "../../hub/settings.ts";
import { type Finding, fail, ok, warn } from "./finding.ts";

const CHECK = "hub anonymous reads";
const CLOSE = "npm run setup -- --close-anonymous";

export function judgeAnonymous(
  found: AnonymousAccess,
  { anonymous: wanted }: Pick<HubSettings, "anonymous">,
): Finding {
  const closed = isClosed(found);
  if (closed === null)
    return warn(CHECK, "the hub did not say what it gives without a token", "npm run doctor, once more");
  if (!closed) {
    const fix = `${CLOSE}; it says what the dashboard shows then, and what not`;
    return wanted === "closed"
      ? { ...fail(CHECK, `${opened(found)}; hub.anonymous says closed`, fix), notice: true }
      : warn(CHECK, opened(found), fix);
  }
  if (!found.streams) return ok(CHECK, "closed");
  return warn(
    CHECK,
    "closed, but for pod logs, events and AI: whoever reaches the hub reads those without a token",
    `${CLOSE} closes these too; the dashboard shows them to nobody then`,
  );
}

function opened({ reads, open, allows }: AnonymousAccess): string {
  const [usual] = READS;
  if (reads && open.some((path) => path === usual))
    return "whoever reaches the hub reads all that a guest reads, without a token: a guest's token protects nothing";
  if (reads) return `the hub answers whoever shows no token: ${open.map((path) => `GET ${path}`).join(", ")}`;
  return `Karpor's role \`anonymous\` gives ${allows.join(", ")} without a token, at the latest when karpor-server starts again and binds it`;
}
