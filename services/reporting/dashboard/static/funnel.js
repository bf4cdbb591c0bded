// The funnel: how many people reach each step. Without a token the three steps that are public.

import { ask, hasToken, indicatorOf, mayAsk, offers } from "./api.js";
import { h, put } from "./dom.js";
import { find, plate, setDownloads, setMeaning, setRemark, setTable } from "./plate.js";
import { question } from "./question.js";
import { number, rounded, say, share, signed, told } from "./words.js";

// In the order of the way; those that the catalogue does not name are left out.
const STEPS = [
  "applicants", "eligible", "claims", "seated", "present", "attended", "completed",
  "certified_training", "certified_competence", "absorbed", "entrepreneurs",
]; // prettier-ignore
const TARGET = 5000;
let parts;

const report = () => (hasToken() && mayAsk("funnel") ? "funnel" : "progress");

/** The steps of the report; claims stand in for applicants where nobody counts those. */
function steps(code) {
  const found = STEPS.filter((each) => offers(code, each));
  return found.includes("applicants") ? found.filter((each) => each !== "claims") : found;
}

function bar(step, before, most) {
  const size = most ? (step.count ?? 0) / most : 0;
  const kept = before?.count ? step.count / before.count : null;
  return h("li", { "data-step": step.code },
    h("span", { class: "name" }, step.label),
    h("span", { class: "track", "aria-hidden": "true" }, h("i", { share: size })),
    h("span", { class: "number" }, step.suppressed ? "<5" : number(step.count)),
    h("span", { class: "fine" }, kept === null ? "" : rounded(kept), step.compared ? ` (${signed(step.compared.difference)})` : "")); // prettier-ignore
}

export default {
  id: "funnel",
  shown: () => mayAsk(report()),
  build: (host) => (parts = plate(host, "funnel")),
  async read() {
    const code = report();
    const asked = question(code, { indicators: steps(code), compared: true });
    return { questions: [asked], answers: [await ask(asked.path)] };
  },
  draw({ questions, answers: [answer] }) {
    const code = questions[0].code;
    const found = steps(code).map((each) => {
      const row = find(answer, { indicator: each, ...(code === "progress" ? { target: TARGET } : {}) });
      const label = code === "progress" ? say(each) : told(indicatorOf(code, each).label);
      return { code: each, label, count: row?.numerator ?? null, suppressed: row?.suppressed, compared: row?.compared };
    });
    const most = Math.max(1, ...found.map((each) => each.count ?? 0));
    put(parts.picture, h("ol", { class: "bars funnel" }, ...found.map((each, place) => bar(each, found[place - 1], most))));
    const compared = found.some((each) => each.compared);
    setTable(
      parts,
      say("funnel"),
      [say("step"), say("people"), say("share"), ...(compared ? [say("compared"), say("difference")] : [])],
      found.map((each, place) => [
        each.label,
        each.suppressed ? "<5" : number(each.count),
        place && found[place - 1].count ? share(each.count / found[place - 1].count) : "–",
        ...(compared ? [number(each.compared?.numerator), signed(each.compared?.difference)] : []),
      ]),
    );
    setDownloads(parts, questions);
    setMeaning(parts, found.map((each) => [code, each.code]));
    setRemark(parts, [answer], questions);
  },
};
