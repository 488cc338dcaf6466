/** `grants lockdown`, `unlock` and `confirm-restore`: an administrator's word, from where the bot runs. */
import { operatorOf, whoOf } from "../../domain/operator.ts";
import { endOnHub } from "../../flow/operator/end-by-operator.ts";
import { followOnHub } from "../../flow/support/as-on-hub.ts";
import { lockDownAs, unlockAs } from "../../flow/together/lockdown.ts";
import { counted, endTogether, endUnknown, everything, lost, mayStand, offOpen } from "./end.ts";
import { type Answer, type GrantsMeans, nullIfAway } from "./means.ts";
import { instant, printed } from "./print.ts";

/** Throws Refused. */
export async function lockdown({ ports, operator }: GrantsMeans, reason: string): Promise<Answer> {
  const ids = await everything(ports).catch(nullIfAway);
  const set = await lockDownAs(ports, { by: { operator }, qualified: "operator", reason });
  const { by, at } = set.lockdown;
  const { inRedis, onHub, before } = set;
  const said = before
    ? `Locked down already by ${printed("name" in by ? by.name : whoOf(by))}, ${instant(at)}. What still stands ends now.`
    : "Locked down: nothing is granted until it is lifted with unlock.";
  const left = inRedis ? [] : await leftOnHub({ ports, operator }, reason);
  const isOff = left?.length === 0;
  const away = [
    ...(inRedis
      ? []
      : [
          `Redis does not answer: the lockdown stands on Karpor alone${isOff ? ", and what stood there is taken off" : ""}.`,
          ...(left?.map(mayStand) ?? ["Karpor does not say whether all is taken off: run this again."]),
        ]),
    ...(onHub
      ? []
      : ["Karpor does not answer: what stands there works until it does. A running bot goes on."]),
  ];
  const endAll = async () => {
    // What only the hub knew has a record by then, and is counted by that.
    await followOnHub(ports, { unknown: true });
    const all = new Set([...(ids ?? []), ...(await everything(ports))]);
    const ended = await endTogether(ports, [...all]);
    return counted(ended, await endUnknown({ ports, operator }, reason));
  };
  // Locked down it is, whatever becomes of Redis meanwhile.
  const ended = inRedis ? await endAll().catch(lost(null)) : null;
  return {
    good: onHub && isOff && (ended?.good ?? true),
    json: {
      ...{ lockedDown: instant(at), redis: inRedis, hub: onHub, ended: ended?.json ?? null },
      ...(inRedis ? {} : { left }),
    },
    lines: [said, ...away, ...(ended?.lines ?? [])],
  };
}

/** Once more what the hub did not let go, and what of that is not confirmed; null where it does not say. */
const leftOnHub = ({ ports, operator }: Pick<GrantsMeans, "ports" | "operator">, reason: string) =>
  endOnHub(ports, { operator, reason }, () => true).then(offOpen, () => null);

/** Throws Refused, StoreDown. */
export async function unlock({ ports, operator }: GrantsMeans, reason: string): Promise<Answer> {
  const { onHub } = await unlockAs(ports, { by: { operator }, qualified: "operator", reason });
  const says = onHub
    ? "Unlocked: access can be asked for and decided again. What ended must be asked for again."
    : "Unlocked in Redis; Karpor does not answer, and nothing is granted until the bot has told it.";
  return { good: onHub, json: { unlocked: true, hub: onHub }, lines: [says] };
}

/** Throws StoreDown, TroubleOutside. */
export async function confirmRestore({ ports, operator }: GrantsMeans): Promise<Answer> {
  const confirmed = await ports.epoch.confirm(null, { who: operatorOf(operator), qualified: "operator" });
  const says = confirmed
    ? "Confirmed: the bot goes on with this Redis, and grants what is asked for from now on. What was asked for before is closed."
    : "Nothing to confirm: Redis is not behind the hub.";
  return { good: true, json: { confirmed }, lines: [says] };
}
