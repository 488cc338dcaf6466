/** The company's own word on a request: what a role says of it, and what counts as an answer. Pure. */
import { z } from "zod";
import { SECOND } from "./duration.ts";
import { ENV_NAME } from "./env-name.ts";

/** In the clear only where nobody listens. */
const isSafe = (text: string): boolean => {
  const { protocol, hostname, username, password } = new URL(text);
  const local = ["localhost", "127.0.0.1", "[::1]"].includes(hostname);
  return username === "" && password === "" && (protocol === "https:" || (protocol === "http:" && local));
};

export const OutsideCheck = z.strictObject({
  url: z
    .url()
    .refine((text) => URL.canParse(text) && isSafe(text), "must begin with https: and bear no password")
    .describe("Where it is asked."),
  secretEnv: z
    .string()
    .regex(ENV_NAME, "must be the name of an environment variable")
    .describe("The environment variable with the secret that both sides sign by."),
  within: z
    .string()
    .regex(/^(?:[1-9]|10)s$/, "write seconds, from 1s to 10s")
    .transform((text) => Number.parseInt(text, 10) * SECOND)
    .prefault("3s")
    .describe("For the whole answer: 1s to 10s."),
});
export type OutsideCheck = z.infer<typeof OutsideCheck>;

/** Why there is no word: none came in time, or what came cannot be relied on. */
export const Silence = z.enum(["no-answer", "unusable"]);
export type Silence = z.infer<typeof Silence>;

export type OutsideWord = { word: "allow" } | { word: "deny"; say: string } | { word: "none"; how: Silence };

const SAY_MAX = 300;

const Answer = z.discriminatedUnion("answer", [
  z.strictObject({ question: z.string(), answer: z.literal("allow") }),
  z.strictObject({ question: z.string(), answer: z.literal("deny"), say: z.string().trim().min(1) }),
]);

/** A body that does not answer this very question, once, says nothing. */
export function readAnswer(body: string, question: string): OutsideWord {
  const answer = Answer.safeParse(parsed(body)).data;
  const once = body.match(/"answer"\s*:/g)?.length === 1;
  if (!answer || !once || answer.question !== question) return { word: "none", how: "unusable" };
  if (answer.answer === "allow") return { word: "allow" };
  return {
    word: "deny",
    say: [...answer.say]
      .slice(0, SAY_MAX)
      .join("")
      .replace(/[.。]+$/u, ""),
  };
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
