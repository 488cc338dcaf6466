/** What may follow `doctor` on the command line. Pure. */
import { parseArgs } from "node:util";

export interface DoctorOptions {
  json: boolean;
  canary: boolean;
  /** The configuration alone: neither Slack nor Redis nor the hub is asked, and no secret need be there. */
  offline: boolean;
  find?: string;
}

export const DOCTOR_USAGE = `doctor [--json] [--canary | --offline]
doctor --find NAME [--json]`;

const options = {
  json: { type: "boolean" },
  canary: { type: "boolean" },
  offline: { type: "boolean" },
  find: { type: "string" },
} as const;

/** Throws one sentence. */
export function doctorOptions(args: string[]): DoctorOptions {
  const { values } = parseArgs({ args, options, strict: true });
  const { json = false, canary = false, offline = false, find } = values;
  if (find === "") throw new Error("Say whom to find: --find NAME.");
  if ([find !== undefined, canary, offline].filter(Boolean).length > 1)
    throw new Error("Give one of --find, --canary and --offline.");
  return { json, canary, offline, ...(find === undefined ? {} : { find }) };
}
