/** Who works on the command line, as the trail names them. */
import { userInfo } from "node:os";
import { Operator } from "../request/ids.ts";
import { UsageError } from "./options.ts";

const LONGEST_NAME = 60;

/** `as`: their name; the system's when left out. Throws UsageError. */
export function operatorNamed(as: string = userName()): Operator {
  if (as.length > LONGEST_NAME || !/^\P{C}+$/u.test(as))
    throw new UsageError(`--as takes a name of at most ${LONGEST_NAME} characters.`);
  return Operator.parse(`operator ${as}`);
}

/** A container's user may have no name. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return `uid ${process.getuid?.() ?? "unknown"}`;
  }
}
