/** Every message and modal the bot shows, as pure functions of a record and a context. */
export { asked } from "./asked.ts";
export type { Message, ViewContext } from "./context.ts";
export { type DenyTarget, denyModal, denyModalBlank, denyModalRefused, readDeny } from "./deny.ts";
export { type Done, done, trouble } from "./done.ts";
export { drawFace } from "./faces.ts";
export { help } from "./help.ts";
export { revokeChoice, status } from "./lists.ts";
export { refused } from "./refused.ts";
export { drawToken } from "./token.ts";
