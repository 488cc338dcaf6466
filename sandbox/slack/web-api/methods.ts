/** The Web API methods the stand-in knows, by name. */
import { authMethods } from "./auth.ts";
import { chatMethods } from "./chat.ts";
import { conversationMethods } from "./conversations.ts";
import type { Method } from "./method.ts";
import { usergroupMethods } from "./usergroups.ts";
import { userMethods } from "./users.ts";
import { viewMethods } from "./views.ts";

export const methods = new Map<string, Method>(
  Object.entries({
    ...authMethods,
    ...chatMethods,
    ...conversationMethods,
    ...userMethods,
    ...usergroupMethods,
    ...viewMethods,
  }),
);
