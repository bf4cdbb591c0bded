// Idle hours put to use: of the hours that rooms were open and empty, how many are filled now.

import { ask, indicatorOf, hasToken, mayAsk, offers, reportOf } from "./api.js";
import { h, put } from "./dom.js";
import { find, plate, setDownloads, setMeaning, setRemark, setTable } from "./plate.js";
import { labelOf, question, titleOf } from "./question.js";
import { decimal, figure, number, say, share, told } from "./words.js";

const REPORT = "utilisation";
const HEADLINES = ["idle_hours_used", "utilisation"];
const CUT = "facility_kind";
let parts;

const headline = () => HEADLINES.find((each) => offers(REPORT, each)) ?? reportOf(REPORT).indicators[0].code;
// Hours are summed in minutes: what a row says in hours is its value.
const inHours = (row, part) => (row?.numerator ? (row.value * part) / row.numerator : 0);

/** Of how many hours that rooms were used, and open: without that the hours say little. */
function contextLine(whole, total, unit) {
  const open = find(whole, { indicator: "hours_open" });
  const used = find(whole, { indicator: "utilisation" });
  return [
    unit === "HOURS" && total?.denominator ? say("of_used", { hours: decimal(inHours(total, total.denominator)) }) : "",
    open?.numerator ? say("of_open", { hours: number(open.value), share: share(used?.value) }) : "",
  ].filter(Boolean).join("; "); // prettier-ignore
}

export default {
  id: "idle",
  shown: () => hasToken() && mayAsk(REPORT),
  build: (host) => (parts = plate(host, "idle")),
  async read() {
    const questions = [question(REPORT), ...(mayAsk(REPORT, [CUT]) ? [question(REPORT, { by: [CUT] })] : [])];
    return { questions, answers: await Promise.all(questions.map((each) => ask(each.path))) };
  },
  draw({ questions, answers: [whole, cut] }) {
    const code = headline();
    const { unit } = indicatorOf(REPORT, code);
    const total = find(whole, { indicator: code });
    const rows = (cut?.rows ?? []).filter((row) => row.dims.indicator === code);
    const most = unit === "RATIO" ? 1 : Math.max(1, ...rows.map((row) => row.value ?? 0));
    put(
      parts.picture,
      h("p", { class: "response" }, h("span", { class: "big", "data-figure": "idle" }, figure(total, unit), unit === "HOURS" && h("small", {}, ` ${say("hours")}`)),
        h("span", { class: "caption" }, h("b", {}, told(indicatorOf(REPORT, code).label)), " ", contextLine(whole, total, unit))),
      h("ul", { class: "bars" }, ...rows.map((row) =>
        h("li", {}, h("span", { class: "name" }, labelOf(CUT, row.dims[CUT])),
          h("span", { class: "track", "aria-hidden": "true" }, h("i", { share: (row.value ?? 0) / most })),
          h("span", { class: "number" }, figure(row, unit)),
          h("span", { class: "fine" }, unit === "HOURS" && row.denominator ? `${say("of")} ${decimal(inHours(row, row.denominator))}` : "")))),
    ); // prettier-ignore
    const all = reportOf(REPORT).indicators;
    const kinds = rows.map((row) => row.dims[CUT]);
    const line = (name, answer, dims) => [name, ...all.map((each) => figure(find(answer, { ...dims, indicator: each.code }), each.unit))];
    setTable(
      parts,
      say("idle"),
      [titleOf(CUT), ...all.map((each) => told(each.label))],
      [whole, ...kinds].map((each) => (each === whole ? line(say("nation"), whole, {}) : line(labelOf(CUT, each), cut, { [CUT]: each }))),
    );
    setDownloads(parts, questions.slice(-1));
    setMeaning(parts, all.map((each) => [REPORT, each.code]));
    setRemark(parts, [whole, cut], questions);
  },
};
