// Progress against the target: one number, and where it stands between nothing and ten thousand.

import { ask, askIfThere, hasToken, mayAsk } from "./api.js";
import { h, put } from "./dom.js";
import { find, people, plate, setDownloads, setMeaning, setRemark, setTable } from "./plate.js";
import { isNarrowed, question } from "./question.js";
import { number, period, say, share, decimal, told } from "./words.js";

const STEPS = ["seated", "present", "completed"];
const NEAR = 5000;
const FAR = 10000;
let parts;

function gauge(code, row) {
  return h("div", { class: "gauge" },
    h("dt", {}, say(code)),
    h("dd", {}, h("span", { class: "number" }, people(row)),
      h("span", { class: "track", "aria-hidden": "true" }, h("i", { share: row?.value ?? 0 })))); // prettier-ignore
}

/** Targets of agreements, areas and years; without a token only those that are public. */
function targetsOf(answer) {
  return (answer?.body.items ?? []).filter((each) => each.achievement?.measured && !each.withdrawn_at);
}

function paceLine(targets) {
  // The nation's pace says nothing of a part of it.
  const first = targets.find((each) => each.value === NEAR && !each.area_codes.length && each.achievement.projected_on);
  if (!first || isNarrowed()) return null;
  const { pace, projected_on: on } = first.achievement;
  return h("p", { class: "pace" }, say("pace_line", { pace: decimal(pace), target: number(first.value), date: period(on) })); // prettier-ignore
}

/** On which day a target is reached at its pace, or why none is named. */
function projected({ projection, projected_on: on }) {
  return on ? period(on) : projection ? say(`projection_${projection}`) : "–";
}

function targetRows(targets) {
  return targets.map((each) =>
    h("tr", {}, h("th", { scope: "row" }, told({ id: each.label_id, en: each.label_en })),
      ...[number(each.value), number(each.achievement.achieved), number(each.achievement.gap), decimal(each.achievement.pace), projected(each.achievement)]
        .map((text) => h("td", {}, text)))); // prettier-ignore
}

export default {
  id: "progress",
  shown: () => mayAsk("progress"),
  build: (host) => (parts = plate(host, "progress")),
  async read() {
    const asked = question("progress");
    const targets = hasToken() ? askIfThere("v1/targets") : null;
    return { questions: [asked], answers: [await ask(asked.path), await targets] };
  },
  draw({ questions, answers: [answer, targets] }) {
    const seated = find(answer, { indicator: "seated", target: NEAR });
    const rows = STEPS.map((code) => find(answer, { indicator: code, target: FAR }));
    const others = targetsOf(targets);
    put(
      parts.picture,
      h("div", { class: "figures" },
        h("div", { class: "headline" },
          h("p", { class: "huge", "data-figure": "seated" }, people(seated)),
          h("p", { class: "caption" }, h("b", {}, say("seated")), " ", say("share_of_target", { share: share(seated?.value), target: number(NEAR) })),
          paceLine(others)),
        h("div", { class: "gauges" },
          h("div", { class: "scale", "aria-hidden": "true" }, h("span", { class: "half" }, number(NEAR)), h("span", { class: "full" }, number(FAR))),
          h("dl", {}, ...STEPS.map((code, place) => gauge(code, rows[place]))))),
    ); // prettier-ignore
    put(parts.under, others.length > 0 && h("div", { class: "scroller", tabindex: "0", role: "region", "aria-label": say("targets") }, h("table", { class: "small" }, h("caption", {}, say("targets")),
      h("thead", {}, h("tr", {}, ...["targets", "target", "achieved", "gap", "pace", "projected_on"].map((name) => h("th", { scope: "col" }, say(name === "targets" ? "indicator" : name))))),
      h("tbody", {}, ...targetRows(others))))); // prettier-ignore
    setTable(
      parts,
      say("progress"),
      [say("indicator"), say("people"), say("share_of_target", { share: "%", target: number(NEAR) }), say("share_of_target", { share: "%", target: number(FAR) })],
      STEPS.map((code, place) => [say(code), people(rows[place]), share(find(answer, { indicator: code, target: NEAR })?.value), share(rows[place]?.value)]),
    ); // prettier-ignore
    setDownloads(parts, questions);
    setMeaning(parts, STEPS.map((code) => ["progress", code]));
    setRemark(parts, [answer], questions);
  },
};
