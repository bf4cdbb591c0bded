// The words of the page in the language chosen, and how numbers and moments are written in it.

const page = document.documentElement;
let words = JSON.parse(document.getElementById("words").dataset.words);
let formats = made();

function made() {
  const locale = page.lang === "en" ? "en-GB" : "id-ID";
  const date = (options) => new Intl.DateTimeFormat(locale, { timeZone: "Asia/Jakarta", ...options });
  return {
    whole: new Intl.NumberFormat(locale),
    short: new Intl.NumberFormat(locale, { maximumFractionDigits: 1 }),
    fine: new Intl.NumberFormat(locale, { maximumFractionDigits: 2 }),
    percent: new Intl.NumberFormat(locale, { style: "percent", maximumFractionDigits: 1 }),
    rounded: new Intl.NumberFormat(locale, { style: "percent", maximumFractionDigits: 0 }),
    signed: new Intl.NumberFormat(locale, { signDisplay: "exceptZero", maximumFractionDigits: 1 }),
    moment: date({ dateStyle: "medium", timeStyle: "medium" }),
    day: date({ dateStyle: "medium" }),
    shortDay: date({ day: "numeric", month: "short" }),
    month: date({ month: "long", year: "numeric" }),
    time: date({ hour: "2-digit", minute: "2-digit" }),
  };
}

export const language = () => page.lang;

export function say(name, parts = {}) {
  return (words[name] ?? name).replace(/\{(\w+)\}/g, (_, part) => parts[part] ?? "");
}

export const knows = (name) => name in words;

/** Change the language of everything that is written on the page already. */
export async function speak(code) {
  if (code === page.lang) return;
  const response = await fetch(`words/${code}.json`, { credentials: "omit" });
  words = await response.json();
  page.lang = code;
  formats = made();
  document.title = `${say("title")} · Balai`;
  write();
}

/** Write the words into what names them by `data-text`, and into labels by `data-label`. */
export function write(within = document) {
  for (const each of within.querySelectorAll("[data-text]")) each.textContent = say(each.dataset.text);
  for (const each of within.querySelectorAll("[data-label]")) each.setAttribute("aria-label", say(each.dataset.label));
}

const there = (value) => value !== null && value !== undefined;

export const number = (value) => (there(value) ? formats.whole.format(value) : "–");
export const decimal = (value) => (there(value) ? (Math.abs(value) < 1 ? formats.fine : formats.short).format(value) : "–");
export const share = (value) => (there(value) ? formats.percent.format(value) : "–");
export const rounded = (value) => (there(value) ? formats.rounded.format(value) : "–");
export const signed = (value) => (there(value) ? formats.signed.format(value) : "–");
export const moment = (value) => (value ? `${formats.moment.format(new Date(value))} WIB` : "–");
export const clock = (value) => formats.time.format(new Date(value));

/** A day (2026-11-22) or a month (2026-11) in words. */
export function period(value, { brief = false } = {}) {
  if (!/^\d{4}-\d{2}(-\d{2})?$/.test(value ?? "")) return value ?? "–";
  const at = new Date(`${value.length === 7 ? `${value}-01` : value}T12:00:00+07:00`);
  if (value.length === 7) return formats.month.format(at);
  return (brief ? formats.shortDay : formats.day).format(at);
}

/** The value of a row as its indicator's unit has it. */
export function figure(row, unit) {
  if (!row || !there(row.value)) return "–";
  if (unit === "RATIO") return share(row.value);
  return unit === "COUNT" ? number(row.value) : decimal(row.value);
}

/** A sentence of the API, which comes in both languages. */
export const told = (label) => (label ? (label[page.lang] ?? label.id ?? "") : "");
