/** Open dashboard: the browser follows the link; Slack tells us all the same. */
import type { Action } from "./index.ts";

export const openAction: Action = async () => undefined;
