/** What the page shows now: the tour and the clock, two Slacks, and below the dashboard the proof and the scenarios. */
import type { Request } from "../../../src/request/record.ts";
import type { Answer, PlaygroundContext } from "../../context.ts";
import { type Goal, nextEnd, nextReminder } from "../../scenarios/clock.ts";
import type { Scenarios } from "../../scenarios/index.ts";
import { dateOf, secondOf, timeOf, type Zone } from "./dates.ts";
import { attributes, type Html, html } from "./html.ts";
import { drawPane } from "./pane.ts";
import { drawTour } from "./tour.ts";
import type { Visit } from "./visit.ts";

export interface PageParts {
  /** Where Karpor's dashboard is. */
  dashboard: string;
  /** By the id of the element whose content it is. */
  html: Record<string, string>;
}

export async function drawPage(
  context: PlaygroundContext,
  scenarios: Scenarios,
  visit: Visit,
  dashboard: string,
): Promise<PageParts> {
  const { clock, redis, answers } = context;
  const [now, records] = [clock.now(), await redis.records()];
  const zone = { locale: visit.t("en-GB", "zh-CN"), tz: visit.zone, now };
  const drawn = {
    top: html`${drawHeader(visit, zone, records)}${drawTour(visit, records, answers)}`,
    left: drawPane(context, visit, "left"),
    right: drawPane(context, visit, "right"),
    below: html`${drawProof(visit, zone, records, answers)}${drawScenarios(visit, zone, scenarios)}`,
  };
  const texts = Object.entries(drawn).map(([id, part]) => [id, part.html]);
  return { dashboard, html: Object.fromEntries(texts) };
}

function drawHeader({ t }: Visit, zone: Zone, records: readonly Request[]): Html {
  const { now } = zone;
  return html`<header>
    <h1>karpor-access <span>${t("playground", "演练场")}</span></h1>
    <p>${t(
      "A Slack bot that grants access to Karpor once somebody approves, and removes it on time. Only Slack’s servers and Karpor are stand-ins. The bot and Redis are real.",
      "一个 Slack 机器人：批准后授予 Karpor 限时权限，到期收回。只有 Slack 服务器和 Karpor 是模拟的，机器人和 Redis 都是真的。",
    )}</p>
    <section class="clock" aria-label="${t("Clock", "时钟")}">
      <time>${dateOf(zone, now)} <b>${timeOf(zone, now)}</b></time>
      ${t("Jump to", "快进到")}
      ${drawJump("reminder", t("Next reminder", "下次提醒"), nextReminder(records))}
      ${drawJump("end", t("The end", "到期"), nextEnd(records))}
    </section>
  </header>`;
}

function drawJump(to: Goal, name: string, due: number | undefined): Html {
  const look = attributes({ "data-body": { to }, "data-jump": to, disabled: due === undefined });
  return html`<button type="button" data-do="jump"${look}>${name}</button>`;
}

function drawProof({ t }: Visit, zone: Zone, records: readonly Request[], answers: readonly Answer[]): Html {
  const rows = answers.map(
    ({ status, at }) =>
      html`<li class="${status === 200 ? "good" : "bad"}"><b>${status === 502 ? t("no answer", "没有响应") : status}</b> ${t("since", "自")} <time>${secondOf(zone, at)}</time></li>`,
  );
  const ended = records.findLast(({ ending }) => ending !== null);
  return html`<section class="proof">
    <h2>${t("What Karpor answers to this token", "Karpor 对该令牌的回答")}</h2>
    <ol class="answers">${rows}</ol>
    ${rows.length === 0 && html`<p>${t("Log in to the dashboard to see it.", "登录控制台后即可看到。")}</p>`}
    ${ended && html`<p>${aboutEnd(ended, t, zone)}</p>`}
  </section>`;
}

function aboutEnd({ id, ending, trouble }: Request, t: Visit["t"], zone: Zone): Html {
  const { deletedAt, proof } = ending ?? {};
  if (deletedAt && proof)
    return html`${id}: ${t("deleted at", "删除于")} <time>${secondOf(zone, deletedAt)}</time>${t("; proved at", "；证明于")} <time>${secondOf(zone, proof.at)}</time>${t(".", "。")}`;
  if (trouble !== null || ending?.trouble)
    return html`${id}: ${t("Karpor doesn’t answer. The bot keeps trying.", "Karpor 没有响应，机器人会继续重试。")}`;
  return html`${id}: ${t("the bot deletes the account. Karpor may remember the token for 10 s.", "机器人正在删除账号。Karpor 最多记住令牌 10 秒。")}`;
}

function drawScenarios({ t, language }: Visit, zone: Zone, scenarios: Scenarios): Html {
  const all = scenarios.all.map(({ id, title, about, isOn, isRunning, lines }) => {
    const asSwitch = isOn ? { role: "switch", "aria-checked": String(isOn()) } : {};
    const look = attributes({ ...asSwitch, "data-body": { id }, "data-breaks": id, disabled: isRunning });
    return html`<article class="scenario">
      <button type="button" data-do="scenario"${look}>${title[language]}</button>
      <p>${about[language]}</p>
      <ol aria-live="polite">${lines.map(
        ({ at, text, tone }) =>
          html`<li class="${tone}"><time>${secondOf(zone, at)}</time> ${text[language]}</li>`,
      )}</ol>
    </article>`;
  });
  return html`<section class="scenarios"><h2>${t("Try to break it", "故障演练")}</h2>${all}</section>`;
}
