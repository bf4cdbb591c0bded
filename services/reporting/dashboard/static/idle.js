// Idle hours put to use: of the hours that rooms were open and empty, how many are filled now.

import { ask, indicatorOf, hasToken, mayAsk, offers, reportOf } from "./api.js";
import { h, put } from "./dom.js";
import { find, fraction, plate, setDownloads, setMeaning, setRemark, setTable } from "./plate.js";
import { labelOf, question } from "./question.js";
import { figure, number, say, told } from "./words.js";

const REPORT = "utilisation";
const HEADLINES = ["idle_hours_used", "idle_used", "utilisation"];
const CUT = "facility_kind";
let parts;

const headline = () => HEADLINES.find((each) => offers(REPORT, each)) ?? reportOf(REPORT).indicators[0].code;
const size = (row, unit) => (unit === "RATIO" ? row.value : row.numerator) ?? 0;

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
    const most = unit === "RATIO" ? 1 : Math.max(1, ...rows.map((row) => size(row, unit)));
    put(
      parts.picture,
      h("p", { class: "response" }, h("span", { class: "big" }, figure(total, unit)),
        h("span", { class: "caption" }, h("b", {}, told(indicatorOf(REPORT, code).label)), " ", total?.denominator ? fraction(total) : "")),
      h("ul", { class: "bars" }, ...rows.map((row) =>
        h("li", {}, h("span", { class: "name" }, labelOf(CUT, row.dims[CUT])),
          h("span", { class: "track", "aria-hidden": "true" }, h("i", { share: size(row, unit) / most })),
          h("span", { class: "number" }, figure(row, unit)),
          h("span", { class: "fine" }, row.denominator ? fraction(row) : "")))),
    ); // prettier-ignore
    const all = reportOf(REPORT).indicators;
    setTable(
      parts,
      say("idle"),
      ["indicator", "value", "numerator", "denominator"].map((name) => say(name)),
      all.map((each) => {
        const row = find(whole, { indicator: each.code });
        return [told(each.label), figure(row, each.unit), number(row?.numerator), number(row?.denominator)];
      }),
    );
    setDownloads(parts, questions.slice(-1));
    setMeaning(parts, all.map((each) => [REPORT, each.code]));
    setRemark(parts, [whole, cut], questions);
  },
};
