/** A time at the end of a text: "look 2h", "fix the search for two days", "看看 2小时", "排查问题2小时". Pure. */
import { DAY, MINUTE } from "./duration.ts";
import { wholeTime } from "./typed-time.ts";

interface EndingTime {
  said: string;
  ms: number;
  /** What stands before it. */
  rest: string;
}

/** "For one and a half hours" has as many. */
const WORDS = 6;
/** What comes after one of these is told of, not asked for: "errors of the last 2h", "超时改为5分钟". */
const TELLS =
  /(?:^|\s)(?:last|past|previous|next|first|every|each|per|once|twice|times|of|in|within|after|before|since|over|under|than|by|to|from|at|takes?|took|lasts?|lasted)\s*$|(?:过去的?|最近的?|近|前|后|每|每隔|间隔|超过|未来|接下来|连续|持续|已经?|了|第|到|至|达|相差|保留|[评得打积总]分|[扣满]|[改设置调整]为|[改设变调换]成|[大小多少高低]于|(?<![\w线晚早产境器机网台面端]\s*)上|这)\s*(?:大?约|大概|最多)?\s*$|[\d零一二三四五六七八九十][点时]$/i;
const MARKS =
  /(?<![\s,，。、;；:：(（\u2010-\u2015-])(?:大约|(?<![预契节合签履续条违邀特])约|大概|最多|需要|申请|[\s,，。、;；:：(（\u2010-\u2015-])+$/u;
const SPACED = /(?<=[\s，。、；：])[^\s，。、；：]/gu;
/** Where Chinese puts no space before it. Days and weeks by their digits alone: "同一天" is none. Nor is "几十分钟" ten. */
const ATTACHED =
  /(?<=\p{sc=Han})(?:[（(]|共|为期)?(?:[\d０-９]|半|(?<![几数](?=十))[一二两三四五六七八九十]{1,4}(?=个?半?个?(?:小时|钟头|刻钟|分钟)))/gu;
/** What is no version, no size and no date. */
const BY_NAME =
  /(?:小时|钟头|分钟?|刻钟|天|周|星期|礼拜|个月|半|[\d０-９][hｈ]|min)(?:左右)?[^\p{L}\p{N}]*$/iu;

/** Null where it does not end with one, or is nothing else. */
export function endingTime(text: string): EndingTime | null {
  const begins = BY_NAME.test(text) ? [SPACED, ATTACHED] : [SPACED];
  const words = begins.flatMap((begin) => [...text.matchAll(begin)].slice(-WORDS));
  for (const { index } of words.sort((a, b) => a.index - b.index)) {
    const said = text.slice(index);
    const ms = msIn(said);
    if (ms === null) continue;
    const before = text.slice(0, index);
    return TELLS.test(before) || isOfData(before, ms) ? null : { said, ms, rest: before.replace(MARKS, "") };
  }
  return null;
}

/** "导出3个月" is of data, where "导出 3天" and "导出2小时" ask for that long. */
const DATA = /(?:导[出入]|拉取|备份|归档|查询|统计|汇总|回溯)$/;
const isOfData = (before: string, ms: number): boolean => ms >= DAY && DATA.test(before);

/** A number alone counts something else, and nobody asks for seconds. */
function msIn(said: string): number | null {
  const time = wholeTime(said);
  const ms = "ms" in time ? time.ms : time.meant;
  return typeof ms === "number" && ms % MINUTE === 0 && /\p{L}/u.test(said) ? ms : null;
}
