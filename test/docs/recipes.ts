/** The recipes of a document: each with its YAML, the lines typed before, and what its table says. */
import { readFileSync } from "node:fs";

export interface Case {
  /** User groups and user ids. */
  who: string[];
  /** What the person has and did before, where it matters. */
  holds: number;
  asked: number;
  types: string;
  decision: string;
  /** Where it is asked; empty where the table does not say. */
  channel: string;
  because: string;
}

export interface Recipe {
  title: string;
  yaml: string;
  /** `/karpor-access …` in a block of its own. */
  before: string[];
  cases: Case[];
}

export const recipesIn = (path: string): Recipe[] =>
  readFileSync(new URL(`../../docs/${path}`, import.meta.url), "utf8")
    .split(/^## (?=\d+\. )/m)
    .slice(1)
    .map((text) => ({
      title: text.slice(0, text.indexOf("\n")),
      yaml: /```yaml\n([\s\S]*?)```/.exec(text)?.[1] ?? "",
      before: [...text.matchAll(/^\/karpor-access (.+)$/gm)].map(([, line = ""]) => line),
      cases: text
        .split("\n")
        .filter((line) => line.startsWith("| "))
        .slice(1)
        .map(caseOf),
    }));

function caseOf(row: string): Case {
  const [who = "", types = "", decision = "", because = ""] = row
    .split("|")
    .slice(1, -1)
    .map((cell) => cell.trim());
  return {
    who: who.match(/\b[SU]0[A-Z]+\b/g) ?? [],
    holds: Number(/(?:holds|持有) (\d+)/.exec(who)?.[1] ?? 0),
    asked: Number(/(?:asked|已申请) (\d+)/.exec(who)?.[1] ?? 0),
    types: types.replaceAll("`", ""),
    decision: /^[a-z]+/.exec(decision)?.[0] ?? "",
    channel: /\bC0[A-Z]+\b/.exec(decision)?.[0] ?? "",
    because,
  };
}
