/** A token of a grant that stands, tried once: who gets it need not wait for the hub. */
import { SECOND } from "../../domain/duration.ts";
import type { Secret } from "../../domain/secret.ts";
import type { Grant, GrantMade, In, MintedToken, Ports } from "../ports.ts";

/** How long a fresh binding may take to reach the hub's authorizer before the token is shown all the same. */
const BINDING_WITHIN_MS = 5 * SECOND;
/** A server that gives less than asked by more than this has shortened the token. */
const TOLERANCE_MS = 5 * SECOND;

export interface Minted {
  token: Secret;
  grant: Grant;
}

/** Without a token where one is made when somebody asks to see it. */
export type MaybeMinted = Pick<Minted, "grant"> & { token: Secret | null };

/** Throws what the hub throws. */
export async function mintToken(
  ports: Pick<Ports, "grants" | "clock">,
  request: Live,
  made: Uids,
  signal: AbortSignal,
): Promise<Minted> {
  const minted = mintedFor(request, made, await mint(ports, request, signal));
  await tryToken(ports, minted.token, signal);
  return minted;
}

/**
 * The grant, and its token, which is made while its binding is: nobody has seen it, and without that it may nothing.
 * Whoever shows it tries it first. Throws what the hub throws.
 */
export async function createWithToken(
  ports: Pick<Ports, "grants" | "clock">,
  request: In<"approved" | "delivering">,
  signal: AbortSignal,
): Promise<GrantMade & Minted> {
  const minting = Promise.withResolvers<MintedToken>();
  const made = await ports.grants.create(request, signal, () => {
    minting.resolve(mint(ports, request, signal));
    return minting.promise;
  });
  return { ...made, ...mintedFor(request, made, await minting.promise) };
}

type Live = In<"approved" | "delivering" | "active">;
type Uids = Pick<GrantMade, "accountUid" | "bindingUid">;

const mint = ({ grants, clock }: Pick<Ports, "grants" | "clock">, request: Live, signal: AbortSignal) =>
  grants.mint(request, request.expiresAt - clock.now(), signal);

function mintedFor(
  request: Live,
  { accountUid, bindingUid }: Uids,
  { token, expiresAt, signedBy }: MintedToken,
): Minted {
  const shortened = expiresAt < request.expiresAt - TOLERANCE_MS;
  const signer = signedBy === null ? {} : { signedBy };
  return { token, grant: { accountUid, bindingUid, tokenExpiresAt: expiresAt, shortened, ...signer } };
}

/** Throws what the hub throws. */
export async function tryToken(
  { grants, clock }: Pick<Ports, "grants" | "clock">,
  token: Secret,
  signal: AbortSignal,
): Promise<void> {
  const until = clock.now() + BINDING_WITHIN_MS;
  for (;;) {
    const verdict = await grants.check(token, signal, "kept");
    if (verdict === "refused") throw new Error("the hub refuses a token it has just issued");
    if (verdict === "good" || clock.now() >= until) return;
    await clock.sleep(20, signal);
  }
}
