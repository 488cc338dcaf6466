/** Every message and modal the bot shows, as pure functions of a record and a context. */
export { activeReply } from "./active.ts";
export {
  allowanceDm,
  allowanceLine,
  allowedListReply,
  allowedReply,
  disallowedReply,
} from "./allowance.ts";
export { vettedReply } from "./asked.ts";
export { alarmMessage, credentialMessage, goneOnReply } from "./behind.ts";
export { checkpointMessage } from "./checkpoint.ts";
export type { Message, ViewContext } from "./context.ts";
export {
  type DecisionTarget,
  decisionBlank,
  decisionErrors,
  decisionModal,
  decisionRefused,
  NEEDS_WORDS,
  readDecision,
} from "./decision.ts";
export { answerModal, busyReply, type Done, doneReply, unforeseenReply } from "./done.ts";
export { drawMessage, outOfDateMessage } from "./draw.ts";
export { commandOf, type FilledForm, type FormDraft, type FormOrigin, readForm } from "./form-draft.ts";
export { formErrors } from "./form-errors.ts";
export { helpReply } from "./help.ts";
export { historyReply, plainSteps, storyItems, storyReply } from "./history.ts";
export { homeView } from "./home.ts";
export { hubAlarmMessage } from "./hub-alarm.ts";
export { type LowerRoles, lessErrors, lessForm, lessKept, lessRefused, readLess } from "./less-form.ts";
export { revokeChoiceReply, statusReply } from "./lists.ts";
export {
  drillReply,
  lockedReply,
  type MassEndTarget,
  massEndBlank,
  massEndErrors,
  massEndMessage,
  massEndModal,
  massEndRefused,
  readMassEnd,
  revokedAllReply,
  unlockedMessage,
  unlockedReply,
  withLockdown,
} from "./lockdown.ts";
export { type MoreFilled, moreErrors, moreForm, readMore } from "./more-form.ts";
export { PAGE, PAGE_LOOKED_UP, type Paged, previousOf } from "./pages.ts";
export { pendingReply, type Waiting, waitingId } from "./pending.ts";
export { refusedReply } from "./refused.ts";
export { requestForm, requestFormRefused } from "./request-form.ts";
export { coveredModal, makingModal, noTokenModal, tokenModal } from "./reveal.ts";
export { drawToken } from "./token.ts";
export { welcomeMessage } from "./welcome.ts";
