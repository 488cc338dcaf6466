/** The newest seal of the trail, for whoever verifies that against it one day. */
import { headText, type Witnessed } from "../../domain/seal.ts";
import { preformatted } from "./blocks.ts";
import type { Message, ViewContext } from "./context.ts";
import { message, rendererOf } from "./renderer.ts";

export function checkpointMessage(seal: Witnessed, ctx: ViewContext): Message {
  const p = rendererOf(ctx);
  const { head, how } = p.words.checkpoint;
  const command = `npm run audit -- verify --live --head ${headText(seal)}`;
  return message(p, (fmt) => head(seal, p.hub, fmt), [preformatted(command)], [how]);
}
