/** Something was chosen in the form that asks for access: it is drawn anew, with what belongs to the choice. */
import { readForm, requestForm } from "../../views/index.ts";
import { contextFor, type HandlerContext } from "../context.ts";
import type { FormChange } from "../payload.ts";
import { completed, lookUpAsker } from "./open.ts";

export async function handleFormChange(
  context: HandlerContext,
  { user, viewId, view }: FormChange,
): Promise<void> {
  const { draft } = readForm(view, context.ports.policy.roles);
  const { standing: _, ...may } = await lookUpAsker(context, user);
  const drawn = requestForm(completed(draft, may), contextFor(context, user));
  await context.client.views.update({ view_id: viewId, view: drawn });
}
