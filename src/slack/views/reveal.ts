/** The view in which its holder sees a token, before, while and after it does. */
import type { ModalView } from "@slack/types";
import { isStale } from "../../domain/delivery.ts";
import type { AccessRequest } from "../../domain/request.ts";
import { actions, preformatted, section } from "./blocks.ts";
import { dashboardButton } from "./buttons.ts";
import type { Message, ViewContext } from "./context.ts";
import { plain } from "./inputs.ts";
import { factsOf, message, type Renderer, rendererOf } from "./renderer.ts";

/** Opened at once, for its trigger lives 3 s. */
export function makingModal(ctx: ViewContext): ModalView {
  const p = rendererOf(ctx);
  return modal(p, { blocks: [section(p.words.reveal.making(p.rich))] });
}

/** `expiresAt`: the token's own end, which may come after that of the access. */
export function tokenModal(
  r: AccessRequest,
  { token, expiresAt }: { token: string; expiresAt: number },
  ctx: ViewContext,
): ModalView {
  const p = rendererOf(ctx);
  const f = factsOf(p, r);
  const shown = { ...f, worksUntil: Math.min(expiresAt, f.endsAt) };
  return modal(
    p,
    message(
      p,
      (fmt) => p.words.reveal.shown(shown, fmt),
      [
        preformatted(token),
        section(p.words.paste),
        section(p.words.reveal.goes),
        ...actions(dashboardButton(p, r)),
      ],
      [r.id],
    ),
  );
}

/** In its place. `generation`: whose token it was. */
export function coveredModal(r: AccessRequest, generation: number, ctx: ViewContext): ModalView {
  const p = rendererOf(ctx);
  const { again, over, replaced } = p.words.reveal;
  const stands = r.state === "active" || r.state === "approved" || r.state === "delivering";
  const sentence = !isStale(r, { generation }) ? again : stands ? replaced : over;
  return modal(
    p,
    message(p, (fmt) => sentence(factsOf(p, r), fmt), [], [r.id]),
  );
}

/** Why there is none. */
export const noTokenModal = (reply: Message, ctx: ViewContext): ModalView => modal(rendererOf(ctx), reply);

const modal = ({ words }: Renderer, { blocks }: Pick<Message, "blocks">): ModalView => ({
  type: "modal",
  title: plain(words.reveal.title),
  close: plain(words.form.close),
  blocks,
});
