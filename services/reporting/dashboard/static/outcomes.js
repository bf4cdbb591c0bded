// Outcomes: what became of those who completed, never without how many answered.

import { ask, hasToken, indicatorOf, mayAsk, reportOf } from "./api.js";
import { h, put } from "./dom.js";
import { find, plate, setDownloads, setMeaning, setRemark, setTable } from "./plate.js";
import { question } from "./question.js";
import { choose, get } from "./state.js";
import { figure, number, say, share, told } from "./words.js";

// What is told first; the rest follows in the order of the catalogue. Parts of a whole stand in the table alone.
const FIRST = ["absorbed", "entrepreneurs", "jobs_created", "incomes_up"];
const RESPONSE = ["answered", "unreached"];
const PART = /^financed_/;
let parts;

const horizons = () => reportOf("outcomes")?.horizons ?? [];
const horizon = () => (horizons().includes(Number(get("horizon"))) ? Number(get("horizon")) : horizons()[0]);

function indicators() {
  const all = reportOf("outcomes").indicators.map((each) => each.code).filter((each) => !RESPONSE.includes(each));
  return [...FIRST.filter((each) => all.includes(each)), ...all.filter((each) => !FIRST.includes(each))];
}

function card(code, row) {
  const indicator = indicatorOf("outcomes", code);
  const ratio = indicator.unit === "RATIO";
  return h("div", { class: row.few_answers ? "outcome few" : "outcome", "data-outcome": code },
    h("dt", {}, told(indicator.label)),
    h("dd", {},
      h("span", { class: "number" }, row.suppressed ? "<5" : figure(row, indicator.unit)),
      ratio && h("span", { class: "track", "aria-hidden": "true" }, h("i", { share: row.value ?? 0 })),
      h("span", { class: "fine" }, row.suppressed ? say("hidden_small") : ratio ? `${number(row.numerator)} ${say("of")} ${number(row.denominator)}` : "",
        row.few_answers && h("em", { class: "mark" }, say("few"))))); // prettier-ignore
}

/** How many were asked, answered, were not reached: above everything else. */
function responseOf(answer) {
  const asked = find(answer, { indicator: "answered", horizon: horizon() });
  if (!asked) return null;
  return h("p", { class: "response" },
    h("span", { class: "big", "data-figure": "response" }, asked.suppressed ? "–" : share(asked.value)),
    h("span", { class: "caption" }, h("b", {}, say("response")), " ",
      asked.suppressed ? say("hidden_small") : say("response_line", { answered: number(asked.numerator), asked: number(asked.denominator) }),
      asked.unreached !== null && asked.unreached !== undefined ? `; ${number(asked.unreached)} ${say("unreached")}` : "")); // prettier-ignore
}

function controls() {
  return h("fieldset", { class: "choices", on: { change: (event) => choose({ horizon: event.target.value }) } },
    h("legend", { class: "visually-hidden" }, say("horizon")),
    ...horizons().map((months) => h("label", {}, h("input", { type: "radio", name: "horizon", value: months }), h("span", {}, say("horizon_months", { months }))))); // prettier-ignore
}

export default {
  id: "outcomes",
  shown: () => hasToken() && mayAsk("outcomes"),
  build(host) {
    parts = plate(host, "outcomes");
    parts.controls.append(controls());
  },
  async read() {
    const asked = question("outcomes", { more: { horizon: horizon() } });
    return { questions: [asked], answers: [await ask(asked.path)] };
  },
  draw({ questions, answers: [answer] }) {
    for (const input of parts.controls.querySelectorAll("input")) input.checked = Number(input.value) === horizon();
    const rows = indicators()
      .map((code) => [code, find(answer, { indicator: code, horizon: horizon() })])
      .filter(([, row]) => row);
    const shown = rows.filter(([code]) => !PART.test(code)).filter(([, row]) => row.suppressed || (row.value !== null && (row.denominator ?? 1) > 0));
    const minimum = answer.meta.minimum_answers;
    put(
      parts.picture,
      responseOf(answer),
      shown.length ? h("dl", { class: "outcomes" }, ...shown.map(([code, row]) => card(code, row))) : h("p", { class: "nothing" }, say("nobody_answered")),
      rows.some(([, row]) => row.few_answers) && h("p", { class: "fine" }, h("em", { class: "mark" }, say("few")), " ", say("few_why", { minimum: number(minimum) })),
    ); // prettier-ignore
    setTable(
      parts,
      say("outcomes"),
      ["indicator", "value", "numerator", "denominator", "response", "unreached", "few"].map((name) => say(name)),
      rows.map(([code, row]) => [
        told(indicatorOf("outcomes", code).label),
        row.suppressed ? "<5" : figure(row, indicatorOf("outcomes", code).unit),
        number(row.numerator), number(row.denominator), share(row.response_rate), number(row.unreached), row.few_answers ? say("few") : "",
      ]),
    ); // prettier-ignore
    setDownloads(parts, questions);
    setMeaning(parts, indicators().map((code) => ["outcomes", code]));
    setRemark(parts, [answer], questions);
  },
};
