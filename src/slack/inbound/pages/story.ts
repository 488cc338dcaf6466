/** One request's story. */
import { Refused } from "../../../domain/refusal.ts";
import { useOf } from "../../../flow/evidence/uses.ts";
import { tellStory } from "../../../flow/trail/story.ts";
import { storyItems, storyReply } from "../../views/index.ts";
import type { ShowPage } from "./index.ts";

export const storyPage: ShowPage = async ({ ports }, user, at) => {
  if (!at.id) throw new Refused({ kind: "no-story", word: "" });
  const { steps, lines } = await tellStory(ports, at.id, user);
  const all = storyItems(lines, await useOf(ports, at.id));
  return (ctx) => storyReply({ items: all.slice(at.from), total: all.length, at }, steps, ctx);
};
