/** Story, in a list of the past: told below the list, which stays. */
import { readRequestId } from "../../../domain/ids.ts";
import { Refused } from "../../../domain/refusal.ts";
import { storyPage } from "../pages/story.ts";
import type { Action } from "./index.ts";

export const storyAction: Action = async (context, { user, value }) => {
  const id = readRequestId(value);
  if (!id) throw new Refused({ kind: "no-story", word: value.slice(0, 80) });
  return { reply: await storyPage(context, user, { list: "story", from: 0, id }), replace: false };
};
