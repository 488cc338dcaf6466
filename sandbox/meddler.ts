/** Whoever stands between the callers and a stand-in: asked at each call, before it takes effect and after. */

export interface Meddler<C, F> {
  /** Resolves to how the call fails, or to nothing; it takes effect no sooner. */
  before(call: C): Promise<F | undefined>;
  /** It took effect: resolves when its answer may go out, to false when that is lost. */
  after(call: C): Promise<boolean>;
}
