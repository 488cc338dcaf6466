/** Puts together all that the bot keeps in Redis; it makes no call itself. Each part has its own file in this folder. */
import type { Redis } from "ioredis";
import type { Logger } from "pino";
import type { Secret } from "../request/secret.ts";
import { createAttempts } from "./attempts.ts";
import { createKept } from "./kept.ts";
import { keysFor } from "./keys.ts";
import { createLockdowns } from "./lockdowns.ts";
import { createOwner } from "./owner.ts";
import { createRecords } from "./records.ts";
import { createSeals } from "./seals.ts";
import { createShown } from "./shown.ts";
import { createSigner } from "./signed.ts";
import { createTeller, createTrail } from "./trail.ts";
import { createUses } from "./uses.ts";

export type { ReadRequest } from "./records.ts";

export interface StoreOptions {
  /** A connection of openFailFast. */
  redis: Redis;
  instance: string;
  /** The hub's name: records of another hub are refused. */
  hub: string;
  /** RECORDS_KEY. Without it nothing signed can be written or read. */
  key: Secret | undefined;
  log: Logger;
}

export type Store = ReturnType<typeof createStore>;

/** Every method throws StoreAway when Redis does not answer, or holds the records of another hub or key. */
export function createStore({ redis, instance, hub, key, log }: StoreOptions) {
  const keys = keysFor(instance);
  const signer = createSigner(key, instance);
  const owner = createOwner(redis, keys, { hub, key: signer.fingerprint });
  const { tell, listen } = createTeller(log);
  const { parse, ...records } = createRecords(redis, keys, { signer, claim: owner.claim, log, tell });
  return {
    keys,
    signer,
    owner,
    ...records,
    ...createShown(redis, keys, parse),
    ...createKept(redis, keys),
    lockdowns: createLockdowns(redis, keys, { signer, tell }),
    trail: { ...createTrail(redis, keys, { signer, tell }), listen },
    seals: createSeals(redis, keys, signer),
    uses: createUses(redis, keys),
    attempts: createAttempts(redis, keys),
  };
}
