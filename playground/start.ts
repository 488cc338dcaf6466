/** Puts the playground together: a page, and behind it a world that can be thrown away for another. */
import type { PlaygroundContext } from "./context.ts";
import { createSignal } from "./fixtures/signal.ts";
import type { Options } from "./options.ts";
import { servePage } from "./page/server.ts";
import { openWorld, type World } from "./world.ts";

export interface Playground {
  url: string;
  /** Of the world that runs now. */
  readonly context: PlaygroundContext;
  close(): Promise<void>;
}

/** What is real and what is not. */
export const SAYS = "Only Slack’s servers and Karpor are stand-ins; the bot and Redis are real.";

/** Throws one sentence. */
export async function startPlayground(options: Options): Promise<Playground> {
  await using opened = new AsyncDisposableStack();
  const changes = createSignal();
  let world: World = await openWorld(options, changes.changed);
  let moving = Promise.resolve();
  opened.defer(async () => {
    await moving.catch(() => {});
    await world.close();
  });
  const move = async () => {
    const next = await openWorld(options, changes.changed);
    const before = world;
    try {
      await next.start(page);
    } catch (error) {
      await next.close();
      throw error;
    }
    page.show(next.context);
    world = next;
    await before.close();
  };
  const startOver = () => {
    moving = move();
    return moving;
  };
  const page = opened.adopt(await servePage(world.context, options.port, changes, startOver), (served) =>
    served.close(),
  );
  await world.start(page);
  const kept = opened.move();
  return {
    url: page.url,
    get context() {
      return world.context;
    },
    close: () => kept.disposeAsync(),
  };
}
