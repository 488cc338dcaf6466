/** One request's story. */
import { Refused } from "../../../domain/refusal.ts";
import { tellStory } from "../../../flow/story.ts";
import { storyReply } from "../../views/index.ts";
import type { ShowPage } from "./index.ts";

export const storyPage: ShowPage = async ({ ports }, user, at) => {
  if (!at.id) throw new Refused({ kind: "no-story", word: "" });
  const steps = await tellStory(ports, at.id, user);
  return (ctx) => storyReply({ items: steps.slice(at.from), total: steps.length, at }, steps, ctx);
};
