// The scorecard of one centre: is it credible, does it stand on its own, and what that rests on.

import { askIfThere, hasToken } from "./api.js";
import { h, one, put } from "./dom.js";
import { plate, setRemark, setTable } from "./plate.js";
import { ignoring } from "./question.js";
import { choose, get } from "./state.js";
import { figure, number, say, share, told } from "./words.js";

const LIST = "v1/scorecards";
const MOST = 200;
// Of the choices of the page, those that narrow the list of centres.
const NARROWS = ["facility_kind", "regency", "province", "owner_ministry"];
let parts;

const centre = () => get("centre") ?? get("facility");

function chooser(items) {
  const options = items.map((each) => h("option", { value: each.facility_id }, each.name));
  return h("div", { class: "field wide" }, h("label", { for: "centre" }, say("centre")),
    h("select", { id: "centre", on: { change: (event) => choose({ centre: event.target.value || null }) } }, h("option", { value: "" }, say("choose_centre")), ...options)); // prettier-ignore
}

function verdict(name, tally) {
  return h("div", {}, h("dt", {}, say(name)),
    h("dd", {}, h("span", { class: "number" }, number(tally.met)), h("span", { class: "denominator" }, ` ${say("of")} ${number(tally.of)}`),
      h("span", { class: "fine" }, tally.told < tally.of ? say("criteria_unknown", { unknown: number(tally.of - tally.told) }) : say("criteria_met")))); // prettier-ignore
}

const MARKS = new Map([[true, ["✓", "met"]], [false, ["✗", "unmet"]], [null, ["?", "unknown"]]]); // prettier-ignore

function criteria(card) {
  const line = (each) => {
    const [mark, word] = MARKS.get(each.met);
    return h("li", { class: word }, h("span", { "aria-hidden": "true" }, mark), h("span", {}, told(each.label), h("span", { class: "visually-hidden" }, `: ${say(`criterion_${word}`)}`)));
  };
  return h("ul", { class: "criteria" }, ...card.criteria.map(line));
}

function tile(score) {
  return h("div", { class: score.few_answers ? "outcome few" : "outcome" }, h("dt", {}, told(score.label)),
    h("dd", {}, h("span", { class: "number" }, score.suppressed ? "<5" : figure(score, score.unit)),
      score.unit === "RATIO" && h("span", { class: "track", "aria-hidden": "true" }, h("i", { share: score.value ?? 0 })),
      h("span", { class: "fine" }, score.of_its_kind === null ? "" : say("of_its_kind", { value: figure({ value: score.of_its_kind }, score.unit) }),
        score.few_answers && h("em", { class: "mark" }, say("few"))))); // prettier-ignore
}

function grouped(scores) {
  const groups = new Map();
  for (const score of scores) {
    if (!groups.has(score.part)) groups.set(score.part, []);
    groups.get(score.part).push(score);
  }
  return [...groups.values()].flatMap((group) => [h("h3", {}, told(group[0].part_label)), h("dl", { class: "outcomes" }, ...group.map(tile))]);
}

function drawCard(card) {
  if (!card) return put(parts.picture, h("p", { class: "nothing" }, say("choose_centre")));
  const known = card.indicators.filter((each) => each.value !== null || each.suppressed);
  return put(
    parts.picture,
    h("dl", { class: "totals" }, verdict("credible", card.credible), verdict("self_reliant", card.self_reliant)),
    criteria(card),
    ...grouped(known),
  );
}

export default {
  id: "scorecard",
  shown: () => hasToken(),
  build: (host) => (parts = plate(host, "scorecard")),
  async read() {
    const narrowed = NARROWS.filter(get).map((name) => [name, get(name)]);
    const list = await askIfThere(`${LIST}?${new URLSearchParams([["limit", MOST], ...narrowed])}`);
    const horizon = get("horizon") ? `?horizon=${get("horizon")}` : "";
    const card = list && centre() ? await askIfThere(`${LIST}/${centre()}${horizon}`) : null;
    return { questions: [], answers: [list, card], hidden: !list?.body.items?.length };
  },
  draw({ answers: [list, answer] }) {
    const listed = list?.body.items ?? [];
    // A view that was shared may show a centre beyond what is chosen here.
    const beyond = answer && !listed.some((each) => each.facility_id === centre()) ? [answer.body] : [];
    const items = [...listed, ...beyond].sort((before, after) => before.name.localeCompare(after.name));
    const ids = items.map((each) => each.facility_id).join();
    if (parts.controls.dataset.ids !== ids) {
      parts.controls.dataset.ids = ids;
      parts.controls.replaceChildren(chooser(items));
    }
    one("#centre", parts.controls).value = centre() ?? "";
    const card = answer?.body;
    setRemark(parts, [], [{ ignored: ignoring([...NARROWS, "facility"]) }]);
    drawCard(card);
    parts.asTable.hidden = !card;
    if (!card) return;
    setTable(
      parts,
      card.name,
      ["indicator", "value", "numerator", "denominator", "response", "alike"].map((name) => say(name)),
      card.indicators.map((each) => [told(each.label), each.suppressed ? "<5" : figure(each, each.unit), number(each.numerator), number(each.denominator), share(each.response_rate), figure({ value: each.of_its_kind }, each.unit)]),
    ); // prettier-ignore
  },
};
