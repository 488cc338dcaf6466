/** Refuses blocks and views as Slack does: its error code, with a message and a JSON pointer for each fault. */
import type { z } from "zod";
import { SlackRefusal } from "../errors.ts";
import { walk } from "../read.ts";
import type { Block, JsonObject, View } from "../types.ts";
import { home, messageBlocks, modal } from "./schema.ts";

const largestView = 250_000;
/** Not documented; observed by others at about 13,200 characters for all blocks of one message. */
const longestBlocks = 13_000;

export function checkBlocks(sent: unknown): Block[] | undefined {
  if (sent === undefined) return undefined;
  if (!Array.isArray(sent)) throw new SlackRefusal("invalid_blocks_format");
  const faults = [...faultsOf(messageBlocks, sent, "/blocks"), ...duplicates(sent as Block[], "/blocks")];
  if (faults.length > 0) throw refusal("invalid_blocks", faults);
  if (JSON.stringify(sent).length > longestBlocks) throw new SlackRefusal("msg_blocks_too_long");
  return sent as Block[];
}

export function checkView(sent: unknown, type: View["type"]): JsonObject {
  if (typeof sent !== "object" || sent === null)
    throw refusal("invalid_arguments", ["invalid `view` [json-pointer:/view]"]);
  if (JSON.stringify(sent).length > largestView) throw new SlackRefusal("view_too_large");
  const faults = faultsOf(type === "modal" ? modal : home, sent, "/view");
  const blocks = (sent as JsonObject).blocks;
  if (Array.isArray(blocks)) faults.push(...duplicates(blocks as Block[], "/view/blocks"));
  if (faults.length > 0) throw refusal("invalid_arguments", faults);
  return sent as JsonObject;
}

function refusal(code: string, errors: string[]): SlackRefusal {
  const messages = errors.map((error) => `[ERROR] ${error}`);
  return new SlackRefusal(code, { errors, response_metadata: { messages } });
}

function faultsOf(schema: z.ZodType, sent: unknown, root: string): string[] {
  const result = schema.safeParse(sent, { reportInput: true });
  if (result.success) return [];
  return result.error.issues.map(
    (issue) => `${wording(issue)} [json-pointer:${[root, ...issue.path].join("/")}]`,
  );
}

function wording(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case "too_big":
      return issue.origin === "array"
        ? `no more than ${issue.maximum} items allowed`
        : `must be less than ${Number(issue.maximum) + 1} characters`;
    case "too_small":
      return issue.origin === "array"
        ? `no less than ${issue.minimum} items allowed`
        : `must be more than ${Number(issue.minimum) - 1} characters`;
    case "unrecognized_keys":
      return `invalid additional property: ${issue.keys.join(", ")}`;
    case "invalid_union":
      return `unsupported type: ${String((issue.input as JsonObject | undefined)?.type)}`;
    case "invalid_type":
      return issue.input === undefined
        ? `missing required field: ${String(issue.path.at(-1))}`
        : `must be a valid ${issue.expected}`;
    default:
      return issue.message;
  }
}

/** block_id is unique in a message or view, action_id inside its block. */
function duplicates(blocks: Block[], root: string): string[] {
  const faults: string[] = [];
  const blockIds = new Set<unknown>();
  blocks.forEach((block, index) => {
    if (typeof block !== "object" || block === null) return;
    if (block.block_id !== undefined && blockIds.has(block.block_id)) {
      faults.push(`\`block_id\` "${block.block_id}" already exists [json-pointer:${root}/${index}/block_id]`);
    }
    blockIds.add(block.block_id);
    faults.push(
      ...repeatedActions(block).map(
        (id) => `\`action_id\` "${id}" already exists [json-pointer:${root}/${index}]`,
      ),
    );
  });
  return faults;
}

function repeatedActions(block: Block): string[] {
  const seen = walk(block).flatMap((object) =>
    typeof object.action_id === "string" ? [object.action_id] : [],
  );
  return seen.filter((id, index) => seen.indexOf(id) !== index);
}
