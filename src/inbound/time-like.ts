/**
 * Patterns of what looks like a time in a command, so that it is never taken for the reason. All are for text in lower
 * case with narrow letters and digits. A reason that one of them meets by accident is refused with the forms that work.
 */

const ENDS = "(?![\\p{L}\\p{N}_'’-])";

const UNIT_EN =
  "(?:years?|yrs?|months?|mo|weeks?|wks?|w|days?|d|hours?|hrs?|hr|h|minutes?|mins?|min|m|seconds?|secs?|s)";
const UNIT_ZH = "(?:个?半?个?(?:小时|钟头|星期|礼拜|月)|刻钟|分钟|天|周|年|秒)";
const NUMBER_EN =
  "(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|thirty|forty|fifty|sixty|ninety|half)";
const NUMBER_ZH = "[零一二两三四五六七八九十百半几]{1,3}";
const VAGUE = "(?:an?|half\\s+an?|an?\\s+half|(?:a\\s+)?few|(?:a\\s+)?couple(?:\\s+of)?|several|some)";

/** 8h, 2 hours, 1.5h, 2h30, an hour, two hours, 半天. */
const DURATION = [
  `\\d+(?:[.,]\\d+)?\\s*${UNIT_EN}(?:\\s*\\d+\\s*${UNIT_EN})*(?:\\s*\\d+)?${ENDS}`,
  `\\d+(?:\\.\\d+)?\\s*${UNIT_ZH}`,
  `(?:${NUMBER_EN}|${VAGUE})[\\s-]+${UNIT_EN}${ENDS}`,
  `${NUMBER_ZH}${UNIT_ZH}`,
  `an?\\s+(?:while|bit|moment)${ENDS}`,
  `(?:the\\s+)?(?:next|whole|rest\\s+of\\s+the)\\s+${UNIT_EN}${ENDS}`,
].join("|");

/** 22:00, 10pm, 10点, 三点. */
const CLOCK_LIKE = [
  "\\d{1,2}[:：]\\d\\d",
  `\\d{1,2}\\s*(?:[ap]\\.?m|o'clock)${ENDS}`,
  `${NUMBER_EN}\\s+(?:[ap]\\.?m|o'clock)${ENDS}`,
  "\\d{1,2}\\s*[点时]",
  "[两二三四五六七八九十]{1,3}点",
].join("|");

const MONTH_EN =
  "(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)";
/** 2026-12-24, 24/12, 24.12., 12月24日, 24th, Dec 24. */
const DATE = [
  "\\d{4}[-/年]\\d{1,2}\\S*",
  `\\d{1,2}/\\d{1,2}(?:/\\d+)?${ENDS}`,
  "\\d{1,2}\\.\\d{1,2}\\.(?!\\d)",
  "\\d{1,2}[月日号]",
  `\\d{1,2}(?:st|nd|rd|th)${ENDS}`,
  `\\d{1,2}\\s+${MONTH_EN}${ENDS}|${MONTH_EN}\\s+\\d{1,2}${ENDS}`,
].join("|");

const WEEKDAY = "(?:mon|tue|tues|wed|wednes|thu|thur|thurs|fri|sat|satur|sun)(?:day)?";
const MONTH = "(?:january|february|april|june|july|august|september|october|november|december)";
const DAY_EN = [
  `(?:yesterday|today|tonight|tomorrow|noon|midnight)${ENDS}`,
  `(?:(?:the|this|next|last)\\s+)?(?:morning|afternoon|evening|night|weekend|${WEEKDAY}|${MONTH})${ENDS}`,
  `(?:(?:the\\s+)?end\\s+of\\s+)?(?:the|this|next|last)\\s+(?:day|week|month)${ENDS}`,
].join("|");
const DAY_ZH =
  "[今明昨前后]天|[今明昨][早晚日]|[上下本这]?个?(?:星期|礼拜|周)[一二三四五六日天末]|[上下本这]个?[周月]|早上|上午|中午|下午|傍晚|晚上|凌晨|半夜|月底|年底|下班";
const DAY_LIKE = `${DAY_EN}|${DAY_ZH}`;
/** Days that begin later than now; a reason may tell of the past. */
const COMING_DAY = [
  `(?:today|tonight|tomorrow|noon|midnight)${ENDS}`,
  `(?:next|this)\\s+(?:morning|afternoon|evening|night|weekend|week|month|${WEEKDAY})${ENDS}`,
  `${WEEKDAY.replace("(?:day)?", "day")}${ENDS}`,
  "[今明后]天|[今明][早晚日]|下个?[周月]",
].join("|");

const POINT = `${CLOCK_LIKE}|${DATE}`;
const BEFORE_A_TIME = "(?:at|on|by|to|in|about|around|up\\s+to|starting|starting\\s+at)\\s+";

/** A beginning that looks like a time: a digit, a sign, a number word, a day. */
export const SECOND_WORD = new RegExp(
  [
    `^(?:${DURATION}|${POINT})`,
    "^[\\d+~±≈\\u2010-\\u2015\\u2212-]\\S*",
    `^(?:${NUMBER_EN}|(?:an?\\s+)?(?:couple|few|several))${ENDS}(?:\\s+\\S+)?`,
    `^(?:${BEFORE_A_TIME})?(?:${COMING_DAY})`,
    `^(?:${BEFORE_A_TIME}|[约共])(?:${DURATION}|${POINT})`,
  ].join("|"),
  "u",
);

/** A start is on the typist's clock: 22:00 UTC would be taken for another hour. */
const OTHER_CLOCK = `(?:[ap]\\.?m|utc|gmt|z|ces?t|eest|[ecmp][sd]?t|bst|ist|jst)${ENDS}`;

/** Behind a start another time is none of the reason. */
export const AFTER_A_START = new RegExp(
  `^(?:and\\s+|[+-]\\s*)?(?:${BEFORE_A_TIME})?(?:${DURATION}|${POINT}|${COMING_DAY})|^${OTHER_CLOCK}`,
  "u",
);

/** Chinese has no spaces: 收到, 看到 and the like are other words than 到. */
const TO_ZH = "(?<![收看遇达得找查碰感想做提拿听见接受拉来回说学猜])到";

/** A word that a time follows, anywhere: for 2 hours, until 18:00, 从昨天. */
export const IN_A_REASON = new RegExp(
  [
    `(?<![\\p{L}\\p{N}_'’-])(?:from|until|till?|for)\\s+(?:${DURATION}|${POINT}|${DAY_LIKE})`,
    `(?<![\\p{L}\\p{N}_'’-])(?:until|till?|for)\\s+\\d{1,2}(?=\\s*$|[,;.!?](?:\\s|$))`,
    `(?:从|${TO_ZH})\\s*(?:${DURATION}|${POINT}|${DAY_LIKE})`,
  ].join("|"),
  "u",
);

/** After `from`, where the start should be. */
export const STARTS_WITH_A_TIME = new RegExp(
  `^(?:\\d|[+~-]|now${ENDS}|${NUMBER_EN}${ENDS}|in\\s+\\d|${DURATION}|${DAY_LIKE})`,
  "u",
);

/** Whether a time that was refused says when to begin, not for how long. */
export const BEGINS_A_START = new RegExp(
  `^(?:from|从|starting|${OTHER_CLOCK}|(?:at|on|in)\\s|(?:at\\s+|on\\s+)?(?:${POINT}|${COMING_DAY}))`,
  "u",
);
