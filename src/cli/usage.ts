/** How each command is called, a line a form, as whoever asks has called it. Pure. */
import { AUDIT_USAGE } from "./audit/options.ts";
import { DOCTOR_USAGE } from "./doctor/options.ts";
import { GRANTS_USAGE } from "./grants/options.ts";
import { POLICY_USAGE } from "./policy/usage.ts";
import { SETUP_USAGE } from "./setup/options.ts";

const USAGES: Record<string, string> = {
  setup: SETUP_USAGE,
  doctor: DOCTOR_USAGE,
  grants: GRANTS_USAGE,
  policy: POLICY_USAGE,
  audit: AUDIT_USAGE,
};

/** Of that command alone, where there is one of the name. npm has a command of each name; in the image there is Node alone. */
export function usageText(name: string, byNpm: boolean): string {
  const own = Object.hasOwn(USAGES, name) ? USAGES[name] : undefined;
  const forms = (own ?? Object.values(USAGES).join("\n")).split("\n");
  const start = byNpm ? "npm start [-- --help | --version]" : withNode("[start] | --help | --version");
  const lines = [...(own ? [] : [start]), ...forms.map(byNpm ? withNpm : withNode)];
  return `Usage: ${lines.join("\n       ")}`;
}

const withNode = (form: string): string => `node src/main.ts ${form}`;
// What audit prints is often kept in a file, where npm's own lines would be wrong.
const withNpm = (form: string): string =>
  `npm run ${form.replace(" ", " -- ").replace(/^audit /, "-s audit ")}`;
