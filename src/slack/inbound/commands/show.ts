/** `show R-…`: one request's story. */
import { plainWord } from "../../../domain/amount.ts";
import { firstWord } from "../../../domain/command-words.ts";
import { readRequestId } from "../../../domain/ids.ts";
import { Refused } from "../../../domain/refusal.ts";
import { storyPage } from "../pages/story.ts";
import { typed } from "../typed.ts";
import type { Command } from "./index.ts";

export const showCommand: Command = {
  first: () => false,
  run(context, { user, rest }) {
    const [word] = firstWord(typed(rest));
    const id = readRequestId(plainWord(word));
    if (!id) throw new Refused({ kind: "no-story", word: word.slice(0, 80) });
    return storyPage(context, user, { list: "story", from: 0, id });
  },
};
