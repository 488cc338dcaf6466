/** By the mark on its first block a post is known again: while it waits for its turn, and when its answer was lost. */
import type { KnownBlock } from "@slack/types";
import { z } from "zod";
import type { Message } from "../views/index.ts";

export function marked(message: Message, mark: string): Message {
  const [first, ...others] = message.blocks;
  const blocks = first ? [{ ...first, block_id: mark } as KnownBlock, ...others] : [];
  return { ...message, blocks };
}

const Blocks = z.preprocess(
  (json) => JSON.parse(String(json)),
  z.tuple([z.object({ block_id: z.string() })], z.unknown()),
);

/** Of blocks as they are sent; undefined where there is none. */
export const markIn = (blocks: string | null): string | undefined =>
  blocks === null ? undefined : Blocks.safeParse(blocks).data?.[0].block_id;
