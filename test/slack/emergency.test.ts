/** Emergency in the form: offered to those who may, with its own times, and checked again when it is sent. */
import { expect, test } from "vitest";
import { type View, visibleText } from "../../sandbox/slack/index.ts";
import { HOUR, MINUTE } from "../../src/domain/duration.ts";
import { BOB, type Door, GENERAL, MEI, openDoor, role, usual } from "../helpers/listener.ts";

interface Element {
  action_id: string;
  options?: { value: string }[];
  initial_option?: { value: string };
  initial_options?: { value: string }[];
}
const elements = (view: View) => view.blocks.flatMap(({ element }) => (element ? [element as Element] : []));
const element = (view: View, id: string) => elements(view).find(({ action_id }) => action_id === id);
const words = ({ blocks }: View) => visibleText({ text: "", blocks });
const isOptional = (view: View, id: string) =>
  view.blocks.some(({ block_id, optional }) => block_id === id && optional === true);
const times = (view: View) => element(view, "form-time")?.options?.map(({ value }) => Number(value) / MINUTE);

async function opened(door: Door, user: string, text = ""): Promise<View> {
  await door.slack.command(user, GENERAL, text);
  const view = await door.slack.waitFor(() => door.slack.views(user).at(-1));
  await door.slack.waitFor(() => !/Looking up|正在查询/.test(words(view)));
  return view;
}
const tick = async (door: Door, view: View) => {
  await door.slack.select(BOB, { view: view.id }, "form-role", "admin");
  await door.slack.waitFor(() => element(view, "form-emergency"));
  await door.slack.select(BOB, { view: view.id }, "form-emergency", ["now"]);
  await door.slack.waitFor(() => element(view, "form-emergency")?.initial_options);
};

test("is offered where the role has it, to those who may", async () => {
  const door = await openDoor();
  const view = await opened(door, BOB);
  expect(element(view, "form-emergency")).toBeUndefined();
  await tick(door, view);
  expect(times(view)).toEqual([15, 30]);
  expect(element(view, "form-time")?.initial_option?.value).toBe(String(30 * MINUTE));
  expect(isOptional(view, "reason")).toBe(false);
  expect(words(view)).toMatch(/Ends at about .*\(30 min\)\./);
  await door.slack.select(BOB, { view: view.id }, "form-role", "guest");
  await door.slack.waitFor(() => words(view).includes("You cannot take `guest` in an emergency"));
  expect(element(view, "form-emergency")).toBeUndefined();
});

test("gives access at once", async () => {
  const door = await openDoor();
  await door.meet(BOB);
  const view = await opened(door, BOB);
  await tick(door, view);
  await door.slack.submit(BOB, view.id, { reason: "all is down" });
  await door.whisper(BOB, "Emergency access:");
  expect(door.ports.requests.all()[0]).toMatchObject({
    ...{ role: "admin", duration: 30 * MINUTE, emergency: { review: ["S0SRE"], reviews: [] } },
    decision: { by: "policy", qualified: "break-glass: S0DEV" },
  });
  await door.work();
  await door.card("Emergency access:");
});

test.each(["emergency admin the search is down 2h", "紧急 admin 搜索宕机2小时"])(
  "is kept from nobody for a time at the end of the reason: %j",
  async (line) => {
    const door = await openDoor();
    await door.meet(BOB);
    await door.slack.command(BOB, GENERAL, line);
    await door.whisper(BOB, "Emergency access:");
    const [{ reason, duration } = { reason: "none" }] = door.ports.requests.all();
    expect(line).toContain(`admin ${reason}`);
    expect(duration).toBe(30 * MINUTE);
  },
);

test("the word alone opens the form with it chosen, for whoever may", async () => {
  const door = await openDoor();
  const view = await opened(door, BOB, "emergency");
  expect(element(view, "form-role")?.initial_option?.value).toBe("admin");
  expect(element(view, "form-emergency")?.initial_options).toHaveLength(1);
  const hers = await opened(door, MEI, "紧急");
  expect(element(hers, "form-emergency")).toBeUndefined();
});

test("the word alone chooses what its writer may take, not what others may", async () => {
  const breakGlass = { by: [MEI], max: "30m", review: ["S0SRE"] };
  const door = await openDoor({ roles: { ...usual, db: role({ breakGlass }) } });
  const view = await opened(door, MEI, "紧急");
  await door.slack.waitFor(() => element(view, "form-role")?.initial_option?.value === "db");
  expect(element(view, "form-emergency")?.initial_options).toHaveLength(1);
  expect(words(view)).not.toMatch(/`admin`/);
});

test("what is refused stays at its input", async () => {
  const door = await openDoor();
  await door.meet(BOB);
  await door.slack.command(BOB, GENERAL, "emergency admin 10m all is down");
  await door.whisper(BOB, "Emergency access:");
  const view = await opened(door, BOB, "emergency");
  const { errors } = await door.slack.submit(BOB, view.id, { reason: "once more" });
  expect(errors).toEqual({ emergency: expect.stringContaining("waits for 2 more reviews") });
  expect(door.ports.requests.all()).toHaveLength(1);
});

test("for later in an emergency is said where that was chosen", async () => {
  const door = await openDoor();
  await door.meet(BOB);
  const view = await opened(door, BOB);
  await door.slack.select(BOB, { view: view.id }, "form-role", "admin");
  await door.slack.waitFor(() => element(view, "form-emergency"));
  const start = (door.clock.now() + HOUR) / 1_000;
  const inputs = { "form-emergency": ["now"], "form-start": Math.floor(start), reason: "all is down" };
  const { errors } = await door.slack.submit(BOB, view.id, inputs);
  expect(errors).toEqual({ start: expect.stringContaining("begins at once") });
});

test("whoever may take it no more reads that where it is ticked", async () => {
  const door = await openDoor();
  await door.ask(BOB, "admin 1h roll back");
  const view = await opened(door, BOB, "emergency");
  await door.slack.people.setGroup("S0DEV", [MEI]);
  const { errors } = await door.slack.submit(BOB, view.id, { reason: "all is down" });
  expect(errors).toEqual({ emergency: expect.stringContaining("in an emergency") });
  expect(door.ports.requests.all()).toMatchObject([{ state: "pending" }]);
});

test("a refused line is mended in the form as what it was", async () => {
  const door = await openDoor();
  await door.meet(BOB);
  await door.slack.command(BOB, GENERAL, "emergency admin 2h all is down");
  await door.slack.click(BOB, await door.whisper(BOB, "at most 30 min in an emergency"), "Edit…");
  const view = await door.slack.waitFor(() => door.slack.views(BOB).at(-1));
  await door.slack.waitFor(() => element(view, "form-emergency")?.initial_options);
  expect(times(view)).toEqual([15, 30]);
});
