/** The approvals channel is told of a token that leaked, and what became of it. */
import { leaksOf } from "../../domain/former.ts";
import { type MessageKey, numberOf, type Shown } from "../../domain/message-key.ts";
import type { AccessRequest } from "../../domain/request.ts";
import { factsOfFormer } from "../messages/facts.ts";
import type { Message } from "./context.ts";
import { factsOf, message, type Renderer } from "./renderer.ts";

export function leak(p: Renderer, r: AccessRequest, key: MessageKey, shows: Shown["leak"]): Message {
  const former = leaksOf(r).find(({ generation }) => generation === numberOf(key));
  const f = factsOf(p, r);
  const facts = former ? factsOfFormer(f, former) : f;
  return message(p, (fmt) => p.words.leak[shows](facts, fmt), [], [r.id]);
}
