/** `policy explain`: what would become of a request, and each line's part in it. */
import { parseArgs } from "node:util";
import type { z } from "zod";
import { inWords } from "../../config.ts";
import type { Verdict } from "../../domain/rules/rule.ts";
import { AskedCase, verdictOn } from "./asked.ts";
import { fileOf, type PolicyRun } from "./means.ts";

const text = { type: "string" } as const;
const options = {
  ...{ who: text, in: text, role: text, for: text, had: text, grants: text, requests: text },
  json: { type: "boolean" },
} as const;

export function explain(args: string[]): PolicyRun {
  const {
    json = false,
    in: groups,
    grants,
    requests,
    ...given
  } = parseArgs({ args, options, strict: true }).values;
  const typed = {
    ...given,
    ...(groups === undefined ? {} : { in: groups.split(",").filter(Boolean) }),
    ...(grants === undefined ? {} : { grants: Number(grants) }),
    ...(requests === undefined ? {} : { requests: Number(requests) }),
  };
  const asked = AskedCase.safeParse(typed, { error: inWords });
  if (!asked.success) throw new Error(sentence(asked.error));
  return async (means) => {
    const verdict = verdictOn(fileOf(means), asked.data);
    if (json) means.say(JSON.stringify(plain(verdict), null, 2));
    else for (const line of lines(verdict)) means.say(line);
    return true;
  };
}

const sentence = (error: z.ZodError): string =>
  error.issues.map(({ path, message }) => `--${String(path[0] ?? "")}: ${message}`).join("; ");

const plain = ({ outcome, by, parts }: Verdict) => ({ outcome, by: by.line, because: by.because, parts });

function lines({ outcome, by, parts }: Verdict): string[] {
  const width = Math.max(...parts.map(({ line }) => line.length));
  return [
    `${outcome}: ${by.line} (${by.because})`,
    "",
    ...parts.map(
      (part) =>
        `${part === by ? ">" : " "} ${part.says.padEnd(8)} ${part.line.padEnd(width)}  ${part.because}`,
    ),
  ];
}
