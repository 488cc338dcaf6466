/** Whether an export is as it was made: its lines against its seals, and all else against its end. */
import { createHash } from "node:crypto";
import { cutFault } from "./cut.ts";
import { type End, endHash, type Heading, readLine } from "./line.ts";
import { time } from "./time.ts";
import { createVerifier, type Fault, type Verdict, type Verifier, type VerifyOptions } from "./verifier.ts";

/** One line of a file. `other`: what it shows beside its JSON is not what that says. */
export interface Read {
  at: number;
  json: string;
  other?: true;
}

/** Throws one sentence where the file is no export. */
export async function verifyExport(
  lines: AsyncIterable<Read>,
  heads: NonNullable<VerifyOptions["heads"]>,
): Promise<Verdict> {
  const digest = createHash("sha256");
  const faults: Fault[] = [];
  const fault = (at: number, what: string) => void faults.push({ at, what });
  let heading: Heading | undefined;
  let verifier: Verifier | undefined;
  let verdict: Verdict | undefined;
  let last = 0;
  for await (const { at, json, other } of lines) {
    last = at;
    const line = readLine(json);
    if (verdict) fault(at, "it stands after the end");
    else if (!line) fault(at, "it is no line of an export");
    else if (!verifier && line.kind !== "heading") fault(at, "it stands before the heading");
    else if (line.kind === "heading") {
      if (heading) fault(at, "a second heading");
      else {
        heading = line;
        const isPart = line.person !== undefined || line.role !== undefined;
        const { first, since, until, later } = line;
        verifier = createVerifier({
          ...{ heads, isPart, isLater: later === true, since, until },
          // A heading lacks it where nothing was sealed yet.
          first: first ?? (later ? undefined : 1),
        });
      }
    } else if (line.kind === "entry") {
      verifier?.line(line, at, line.left);
    } else if (line.kind === "end") {
      verdict = verifier && ended(verifier, line, { at, isIntact: line.sha256 === digest.digest("hex") });
    }
    if (other) fault(at, "what its cells show is not what its entry says");
    if (!verdict) digest.update(`${json}\n`);
  }
  if (!heading || !verifier) throw new Error("This is no export: it has no heading.");
  if (!verdict) fault(last + 1, "its end is cut off: the last line of an export is missing");
  verdict ??= verifier.end(last + 1);
  const all = [...verdict.faults, ...faults].sort((a, b) => a.at - b.at);
  // Of what is wrong already it may be a part.
  const cut = all.length === 0 && heading.later ? cutFault(verdict, { ...heading, at: heading.made }) : null;
  if (cut) all.push({ at: 1, what: cut });
  return { ...verdict, faults: all, notes: [...partNote(heading), ...verdict.notes] };
}

/** Whoever can change the file can change its heading, too. */
function partNote({ person, role, since, until, later }: Heading): string[] {
  const of = [
    ...(person === undefined ? [] : [`of ${person}`]),
    ...(role === undefined ? [] : [`of the role ${role}`]),
    ...(later && since === undefined ? ["what came after the seal that it begins with"] : []),
    ...(since === undefined ? [] : [`from ${time(since)}`]),
    ...(until === undefined ? [] : [`to ${time(until)}`]),
  ];
  return of.length > 0 ? [`It says that it shows a part alone: ${of.join(", ")}.`] : [];
}

function ended(verifier: Verifier, end: End, { at, isIntact }: { at: number; isIntact: boolean }): Verdict {
  const isEdited = endHash(end) !== end.hash;
  const verdict = verifier.end(at, isEdited ? undefined : end);
  const faults = isEdited ? [{ at, what: "the last line was edited" }] : [];
  return { ...verdict, faults: [...verdict.faults, ...faults, ...(isIntact ? [] : [{ at, what: CHANGED }])] };
}

const CHANGED =
  "the file is not as it was made: where no line is named above, the change is in what no seal holds, such as a name or the heading";
