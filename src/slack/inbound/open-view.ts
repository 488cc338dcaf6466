/** A modal is opened once for one trigger: where Slack's answer came too late, it stands all the same. */
import { randomUUID } from "node:crypto";
import type { WebClient } from "@slack/web-api";
import { slackError } from "../outbound/client.ts";

type Opening = Parameters<WebClient["views"]["open"]>[0];

/** Throws what Slack throws when it does not open it. */
export async function openView(
  { views }: Pick<WebClient, "views">,
  triggerId: string,
  view: Opening["view"],
): Promise<{ id?: string | undefined; hash?: string | undefined }> {
  const external_id = randomUUID();
  try {
    return (await views.open({ trigger_id: triggerId, view: { ...view, external_id } })).view ?? {};
  } catch (error) {
    // The client's try before this one opened it.
    if (slackError(error) !== "exchanged_trigger_id") throw error;
    return (await views.update({ external_id, view: { ...view, external_id } })).view ?? {};
  }
}
