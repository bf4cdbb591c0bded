// How people signed up, minute by minute: the second tab of the hour of the start.

import { askIfThere } from "./api.js";
import { h, one, put, responsive, retext, s } from "./dom.js";
import { setTable } from "./plate.js";
import { get } from "./state.js";
import { clock, moment, number, say } from "./words.js";
import { scaleLinear } from "./vendor/maps.js";

const MINUTE_MS = 60_000;
const HALF_HOUR_MS = 30 * MINUTE_MS;
const HEIGHT = 220;
const EDGE = { top: 12, right: 4, bottom: 24, left: 44 };
const WIDEST = 24;
let parts, body, redraw;

const count = (point) => point.claims + point.applications;

/** The hour around now while people sign up; afterwards the hour around the busiest minute. */
export async function readSignups() {
  const chosen = ["wave", "province"].filter(get).map((name) => [name, get(name)]);
  const path = (more) => `v1/signups?${new URLSearchParams([...chosen, ...more])}`;
  const now = await askIfThere(path([]));
  if (!now?.body.peak || now.body.points.some(count)) return now;
  const at = Date.parse(now.body.peak.at);
  const hour = [["from", at - HALF_HOUR_MS], ["to", at + HALF_HOUR_MS]];
  return askIfThere(path(hour.map(([name, when]) => [name, new Date(when).toISOString()])));
}

function chart(width) {
  const host = one(".canvas", parts.picture);
  if (!host) return;
  const { points, step } = body;
  const first = Date.parse(body.from);
  const last = Date.parse(body.to);
  const x = scaleLinear([first, last], [EDGE.left, width - EDGE.right]);
  const y = scaleLinear([0, Math.max(1, ...points.map(count))], [HEIGHT - EDGE.bottom, EDGE.top]).nice(3);
  const thick = Math.max(1, Math.min(WIDEST, x(first + step * 1000) - x(first) - 1));
  const rules = y.ticks(3).filter(Number.isInteger).map((tick) =>
    s("g", {}, s("line", { x1: EDGE.left, x2: width - EDGE.right, y1: y(tick), y2: y(tick), class: tick ? "rule" : "axis" }),
      s("text", { x: EDGE.left - 8, y: y(tick), dy: "0.32em", "text-anchor": "end" }, number(tick)))); // prettier-ignore
  const bars = points.map((each) =>
    s("rect", { x: x(Date.parse(each.at)), y: y(count(each)), width: thick, height: y(0) - y(count(each)), class: "column" })); // prettier-ignore
  const hours = [[first, "start"], [(first + last) / 2, "middle"], [last, "end"]].map(([when, anchor]) =>
    s("text", { x: x(when), y: HEIGHT - 6, "text-anchor": anchor }, clock(when))); // prettier-ignore
  put(host, s("svg", { viewBox: `0 0 ${width} ${HEIGHT}`, width, height: HEIGHT, class: "chart", role: "img", "aria-label": `${say("signups")}: ${line()}` }, ...rules, ...bars, ...hours)); // prettier-ignore
}

const line = () =>
  say("signups_caption", { total: number(body.total), peak: number(body.peak?.signups), time: moment(body.peak?.at) });

export function drawSignups(plate, answer) {
  parts = plate;
  body = answer?.body;
  if (!body?.peak) {
    put(parts.picture, h("p", { class: "nothing" }, say("empty")));
  } else {
    if (!one(".canvas", parts.picture)) {
      parts.picture.replaceChildren(h("p", { class: "response" }), h("div", { class: "canvas" }), h("p", { class: "detail" }));
      redraw = responsive(one(".canvas", parts.picture), chart);
    } else redraw();
    put(one(".response", parts.picture), h("span", { class: "big" }, number(body.last_minute)), h("span", { class: "caption" }, say("last_minute")));
    retext(one(".detail", parts.picture), line());
  }
  const points = (body?.points ?? []).filter(count);
  setTable(parts, say("signups"), [say("minute"), say("signups")], points.map((each) => [moment(each.at), number(count(each))]));
}
