// The trend: what each day or month of recording has added.

import { ask, hasToken, indicatorOf, mayAsk, offers } from "./api.js";
import { h, one, put, responsive, s } from "./dom.js";
import { plate, setDownloads, setMeaning, setRemark, setTable } from "./plate.js";
import { question } from "./question.js";
import { choose, get } from "./state.js";
import { number, period, say, told } from "./words.js";
import { scaleBand, scaleLinear } from "./vendor/maps.js";

const COUNTS = ["applicants", "claims", "seated", "present", "completed", "certified_training"];
const TARGET = 5000;
const HEIGHT = 240;
const EDGE = { top: 18, right: 4, bottom: 26, left: 48 };
const WIDEST = 56;
let parts, redraw, points, total;

// The whole funnel for who may see it, the public steps for everybody.
const report = () => (hasToken() && mayAsk("funnel") ? "funnel" : "progress");
const offered = () => COUNTS.filter((each) => offers(report(), each));
const counted = () => (offered().includes(get("count")) ? get("count") : offered().includes("seated") ? "seated" : offered()[0]);
const scales = () => ["day", "month"].filter((each) => mayAsk(report(), [each]));
const nameOf = (each) => (report() === "progress" ? say(each) : told(indicatorOf("funnel", each).label));
const scale = () => (scales().includes(get("scale")) ? get("scale") : scales()[0]);

function chart(width) {
  const x = scaleBand(points.map((each) => each.at), [EDGE.left, width - EDGE.right]).paddingInner(0.25).paddingOuter(0.1);
  const values = points.map((each) => each.count);
  const y = scaleLinear([Math.min(0, ...values), Math.max(1, ...values)], [HEIGHT - EDGE.bottom, EDGE.top]).nice(4);
  const thick = Math.min(WIDEST, x.bandwidth());
  const middle = (at) => x(at) + x.bandwidth() / 2;
  const lines = y.ticks(4).map((tick) =>
    s("g", {}, s("line", { x1: EDGE.left, x2: width - EDGE.right, y1: y(tick), y2: y(tick), class: tick === 0 ? "axis" : "rule" }),
      s("text", { x: EDGE.left - 8, y: y(tick), dy: "0.32em", "text-anchor": "end" }, number(tick)))); // prettier-ignore
  const columns = points.map((each) =>
    s("rect", { x: middle(each.at) - thick / 2, width: thick, y: Math.min(y(0), y(each.count)), height: Math.abs(y(0) - y(each.count)), class: "column" })); // prettier-ignore
  const every = Math.ceil((points.length * 64) / width) || 1;
  const labels = points
    .filter((_, place) => place % every === 0)
    .map((each) => s("text", { x: middle(each.at), y: HEIGHT - 8, "text-anchor": "middle" }, period(each.at, { brief: true })));
  const label = `${say("trend")}: ${caption()}`;
  put(one(".canvas", parts.picture), s("svg", { viewBox: `0 0 ${width} ${HEIGHT}`, width, height: HEIGHT, class: "chart", role: "img", "aria-label": label }, ...lines, ...columns, ...labels)); // prettier-ignore
}

function caption() {
  if (!points.length) return say("empty");
  const peak = points.reduce((best, each) => (each.count > best.count ? each : best));
  return say("trend_caption", { total: number(total), peak: number(peak.count), when: period(peak.at) });
}

function radios(name, values, present, label) {
  return h("fieldset", { class: "choices", on: { change: (event) => choose({ [name]: event.target.value }) } },
    h("legend", { class: "visually-hidden" }, say(name === "count" ? "count_label" : "show")),
    ...values.map((value) => h("label", {}, h("input", { type: "radio", name, value, checked: value === present }), h("span", {}, label(value))))); // prettier-ignore
}

export default {
  id: "trend",
  shown: () => scales().length > 0 && offered().length > 0,
  build(host) {
    parts = plate(host, "trend");
    parts.picture.append(h("div", { class: "canvas" }), h("p", { class: "detail" }));
    parts.controls.append(
      radios("count", offered(), counted(), nameOf),
      radios("scale", scales(), scale(), (each) => say(`by_${each}`)),
    );
    redraw = null;
  },
  async read() {
    const asked = question(report(), { by: [scale()], indicators: [counted()] });
    return { questions: [asked], answers: [await ask(asked.path)] };
  },
  draw({ questions, answers: [answer] }) {
    const dimension = scale();
    points = answer.rows
      .filter((row) => row.dims.indicator === counted() && (row.dims.target ?? TARGET) === TARGET)
      .map((row) => ({ at: row.dims[dimension], count: row.numerator ?? 0, suppressed: row.suppressed }))
      .sort((before, after) => before.at.localeCompare(after.at));
    total = points.reduce((sum, each) => sum + each.count, 0);
    for (const name of ["count", "scale"]) {
      for (const input of parts.controls.querySelectorAll(`[name=${name}]`)) input.checked = input.value === (name === "count" ? counted() : dimension);
    }
    const canvas = one(".canvas", parts.picture);
    if (redraw) redraw();
    else redraw = responsive(canvas, chart);
    one(".detail", parts.picture).textContent = caption();
    const name = nameOf(counted());
    setTable(parts, `${say("trend")}: ${name}`, [say(dimension), name], points.map((each) => [period(each.at), each.suppressed ? "<5" : number(each.count)]));
    setDownloads(parts, questions);
    setMeaning(parts, [[report(), counted()]]);
    setRemark(parts, [answer], questions);
  },
};
