/** What may follow `doctor` on the command line. Pure. */
import { parseArgs } from "node:util";

export interface DoctorOptions {
  json: boolean;
  canary: boolean;
  find?: string;
}

export const DOCTOR_USAGE = "node src/main.ts doctor [--json] [--canary] | doctor --find NAME [--json]";

const options = { json: { type: "boolean" }, canary: { type: "boolean" }, find: { type: "string" } } as const;

/** Throws one sentence. */
export function doctorOptions(args: string[]): DoctorOptions {
  const { json = false, canary = false, find } = parseArgs({ args, options, strict: true }).values;
  if (find === "") throw new Error("Say whom to find: --find NAME.");
  if (find !== undefined && canary) throw new Error("Give --find or --canary, not both.");
  return { json, canary, ...(find === undefined ? {} : { find }) };
}
