/** The modal that asks an approver why, and what comes back from it. */
import type { KnownBlock, ModalView } from "@slack/types";
import { z } from "zod";
import { REASON_MAX } from "../../domain/command.ts";
import { RequestId } from "../../domain/ids.ts";
import type { Refusal } from "../../domain/refusal.ts";
import { DENY_VIEW } from "../ids.ts";
import { foreign } from "../messages/text.ts";
import { context, section } from "./blocks.ts";
import type { ViewContext } from "./context.ts";
import { plain } from "./inputs.ts";
import { json } from "./json.ts";
import { refusedReply } from "./refused.ts";
import { rendererOf } from "./renderer.ts";

const INPUT = "why";

const Target = z.object({
  id: RequestId,
  terms: z.number().int(),
  /** Where the card stands. */
  channel: z.string(),
  ts: z.string().optional(),
});
export type DenyTarget = z.infer<typeof Target> & { role: string /** The requester's. */; name: string };

export function denyModal(target: DenyTarget, ctx: ViewContext): ModalView {
  const p = rendererOf(ctx);
  const { deny } = p.words;
  const why: KnownBlock = {
    type: "input",
    block_id: INPUT,
    label: plain(deny.label),
    hint: plain(deny.hint),
    element: {
      type: "plain_text_input",
      action_id: INPUT,
      multiline: true,
      min_length: 1,
      max_length: REASON_MAX,
      focus_on_load: true,
    },
  };
  return {
    type: "modal",
    callback_id: DENY_VIEW,
    private_metadata: JSON.stringify(Target.parse(target)),
    title: plain(deny.title),
    submit: plain(deny.submit),
    close: plain(deny.cancel),
    blocks: [section(deny.head(target.role, foreign(target.name, 60), p.rich)), why, context([target.id])],
  };
}

/** For `response_action: "update"` or views.update: says why, and takes nothing more. */
export function denyModalRefused(refusal: Refusal, ctx: ViewContext): ModalView {
  const { deny } = rendererOf(ctx).words;
  const blocks = refusedReply(refusal, ctx).blocks;
  return { type: "modal", title: plain(deny.title), close: plain(deny.close), blocks };
}

/** For `response_action: "errors"`, when the reason is blank. */
export const denyModalBlank = (ctx: ViewContext): Record<string, string> => ({
  [INPUT]: rendererOf(ctx).words.deny.blank,
});

const Submitted = z.object({
  private_metadata: json.pipe(Target),
  state: z.object({
    values: z.object({
      [INPUT]: z.object({
        [INPUT]: z.object({
          value: z
            .string()
            .nullish()
            .transform((text) => text?.trim() ?? ""),
        }),
      }),
    }),
  }),
});

/** The `view` of a submission; `why` is empty when only spaces were typed. Throws on what is no view of ours. */
export function readDeny(view: unknown): z.infer<typeof Target> & { why: string } {
  const { private_metadata, state } = Submitted.parse(view);
  return { ...private_metadata, why: state.values[INPUT][INPUT].value };
}
