// The map of provinces: one colour a province, the same figures in a line below and in a table.

import { ask, indicatorOf, mayAsk, offers, request } from "./api.js";
import { h, one, put, responsive, retext, s } from "./dom.js";
import { find, fraction, plate, setDownloads, setMeaning, setRemark, setTable } from "./plate.js";
import { labelOf, question } from "./question.js";
import { choose, get } from "./state.js";
import { decimal, number, rounded, say, share, told } from "./words.js";
import { feature, geoMercator, geoPath, scaleQuantize } from "./vendor/maps.js";

// What the map can show, in the order of the choice; a report that is not offered is left out.
const MEASURES = [
  ["progress", "seated"], ["opening", "classes_opened"], ["opening", "present"],
  ["funnel", "applicants"], ["funnel", "completed"], ["utilisation", "utilisation"],
  ["utilisation", "idle_hours_used"], ["standing", "incubators"], ["facilities", "facilities"],
]; // prettier-ignore
const LEVELS = 5;
const TARGET = 5000;
const BOUNDARIES = "v1/boundaries?level=province&rings=clockwise";

let parts, drawMap, shapes, source, detail, answer, chosen, pointed;
const centers = new Map();
const paths = new Map();

const offered = () => MEASURES.filter(([code, indicator]) => mayAsk(code, ["province"]) && offers(code, indicator));

function measure() {
  const [code, indicator] = (get("measure") ?? "").split(".");
  const all = offered();
  return all.find((each) => each[0] === code && each[1] === indicator) ?? all[0];
}

/** Against the target is how progress is told; on the map it is a plain count. */
const nameOf = ([code, indicator]) => (code === "progress" ? say(indicator) : told(indicatorOf(code, indicator).label));

function rowOf(province) {
  const [code, indicator] = chosen;
  return find(answer, { province, indicator, ...(code === "progress" ? { target: TARGET } : {}) });
}

const isRatio = () => chosen[0] !== "progress" && indicatorOf(...chosen).unit === "RATIO";

// A target's share says little of a province; hours and means are values, of which the numerator is the raw sum.
const isCount = () => chosen[0] === "progress" || indicatorOf(...chosen).unit === "COUNT";
const amount = (row) => (row ? (isCount() ? row.numerator : row.value) : null);

/** The sentence that a province is known by: to the eye in the line below, to the ear as its name. */
function sentence(province) {
  const row = rowOf(province);
  const name = labelOf("province", province);
  if (!row || amount(row) === null) return `${name}: ${say(row?.suppressed ? "hidden_small" : "no_figure")}`;
  if (isRatio()) return `${name}: ${share(row.value)} (${number(row.numerator)} ${say("of")} ${number(row.denominator)})`;
  return `${name}: ${decimal(amount(row))}`;
}

function levels() {
  if (isRatio()) return scaleQuantize([0, 1], [...Array(LEVELS).keys()]);
  const most = Math.max(1, ...shapes.map((shape) => amount(rowOf(shape.id)) ?? 0));
  return scaleQuantize([0, most], [...Array(LEVELS).keys()]);
}

/** Official borders where somebody has imported them, else those that come with the page. */
async function readShapes() {
  const official = await request(BOUNDARIES, { accept: "application/geo+json" }).then((answer) => answer.json()).catch(() => null); // prettier-ignore
  const found = official?.features?.length ? official : null;
  const topology = found ?? (await (await request("static/provinces.json")).json());
  const shapesOf = topology.type === "Topology" ? feature(topology, Object.values(topology.objects)[0]) : topology;
  shapes = shapesOf.features.map((each) => ({ ...each, id: String(each.id ?? each.properties.code) }));
  shapes.sort((one, other) => one.id.localeCompare(other.id));
  source = found && [found.source, found.licence].filter(Boolean).join(", ");
}

function chart(width) {
  const all = { type: "FeatureCollection", features: shapes };
  const projection = geoMercator().fitWidth(width, all);
  const path = geoPath(projection).digits(1);
  const [, [, height]] = path.bounds(all);
  const marks = shapes.map((shape) => {
    const id = shape.id;
    centers.set(id, path.centroid(shape));
    const mark = s("path", { d: path(shape), role: "button", "data-province": id, tabindex: "-1" });
    paths.set(id, mark);
    return mark;
  });
  const group = s("g", { role: "group", "aria-describedby": "map-help" }, ...marks);
  const held = document.activeElement?.dataset?.province;
  const map = s("svg", { viewBox: `0 0 ${width} ${Math.ceil(height)}`, class: "map", width, height: Math.ceil(height) }, group);
  one(".canvas", parts.picture).replaceChildren(map);
  paint();
  if (held && paths.has(held)) paths.get(held).focus();
}

function paint() {
  if (!answer || !paths.size) return;
  const level = levels();
  const current = get("province");
  const stop = paths.has(current) ? current : (pointed ?? shapes[0].id);
  for (const [id, mark] of paths) {
    const value = amount(rowOf(id));
    mark.setAttribute("class", value === null || (value === 0 && !isRatio()) ? "level-none" : `level-${level(value)}`);
    mark.setAttribute("aria-label", sentence(id));
    mark.setAttribute("aria-pressed", String(id === current));
    mark.setAttribute("tabindex", id === stop ? "0" : "-1");
  }
  one("g", parts.picture).setAttribute("aria-label", `${say("map")}: ${nameOf(chosen)}`);
  retext(detail, current && paths.has(current) ? sentence(current) : pointed ? sentence(pointed) : say("map_choose"));
  legend(level);
}

function legend(level) {
  const text = isRatio() ? rounded : (value) => number(Math.round(value));
  const ends = level.domain();
  put(
    one(".legend", parts.under),
    h("span", { class: "swatch level-none" }), h("span", {}, say("no_figure")),
    h("span", { class: "ramp" }, h("span", {}, text(ends[0])), ...level.range().map((each) => h("i", { class: `level-${each}` })), h("span", {}, text(ends[1]))),
  ); // prettier-ignore
}

/** The nearest province in the direction of an arrow key. */
function neighbour(from, key) {
  const [x, y] = centers.get(from);
  const along = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] }[key];
  let best = [Infinity, null];
  for (const [id, [ox, oy]] of centers) {
    const ahead = (ox - x) * along[0] + (oy - y) * along[1];
    const aside = Math.abs((ox - x) * along[1]) + Math.abs((oy - y) * along[0]);
    const cost = ahead + 2 * aside;
    if (id !== from && ahead > 0.5 && cost < best[0]) best = [cost, id];
  }
  return best[1];
}

function focusOn(id) {
  for (const mark of paths.values()) mark.setAttribute("tabindex", "-1");
  paths.get(id).setAttribute("tabindex", "0");
  paths.get(id).focus();
}

const provinceOf = (event) => event.target.closest?.("[data-province]")?.dataset.province;

function pick(province) {
  const again = get("province") === province;
  pointed = province;
  choose({ province: again ? null : province, regency: null, facility: null });
}

function listen(canvas) {
  const show = (event) => {
    const province = provinceOf(event);
    if (!province) return;
    pointed = province;
    retext(detail, sentence(province));
  };
  canvas.addEventListener("pointerover", show);
  canvas.addEventListener("focusin", show);
  canvas.addEventListener("click", (event) => provinceOf(event) && pick(provinceOf(event)));
  canvas.addEventListener("keydown", (event) => {
    const province = provinceOf(event);
    if (!province) return;
    if (event.key.startsWith("Arrow")) {
      const next = neighbour(province, event.key);
      if (next) focusOn(next);
    } else if (event.key === "Enter" || event.key === " ") pick(province);
    else return;
    event.preventDefault();
  });
}

function controls() {
  const options = offered().map((each) => {
    const value = each.join(".");
    return h("label", {}, h("input", { type: "radio", name: "measure", value }), h("span", {}, nameOf(each)));
  });
  const set = h("fieldset", { class: "choices", on: { change: (event) => choose({ measure: event.target.value }) } },
    h("legend", { class: "visually-hidden" }, say("show")), ...options); // prettier-ignore
  parts.controls.replaceChildren(set);
}

function provinceTable() {
  const rows = shapes.map(({ id }) => {
    const row = rowOf(id);
    const text = row?.suppressed ? "<5" : isRatio() ? share(row?.value) : decimal(amount(row));
    return [labelOf("province", id), ...(isRatio() ? [fraction(row)] : []), text];
  });
  const columns = [say("province"), nameOf(chosen), ...(isRatio() ? [say("share")] : [])];
  setTable(parts, `${say("map")}: ${nameOf(chosen)}`, columns, rows);
}

export default {
  id: "map",
  shown: () => offered().length > 0,
  build(host) {
    parts = plate(host, "map");
    detail = h("p", { class: "detail", "aria-live": "off" });
    const canvas = h("div", { class: "canvas" });
    parts.picture.append(canvas, h("p", { class: "visually-hidden", id: "map-help" }, say("map_help")));
    parts.under.append(detail, h("div", { class: "legend", "aria-hidden": "true" }));
    controls();
    listen(canvas);
    paths.clear();
    drawMap = null;
  },
  async read() {
    if (!shapes) await readShapes();
    chosen = measure();
    // The province that is chosen is marked on the map, and does not empty the others.
    const asked = question(chosen[0], { by: ["province"], indicators: [chosen[1]], without: ["province", "regency", "facility"] });
    return { questions: [asked], answers: [await ask(asked.path)] };
  },
  draw({ questions, answers }) {
    [answer] = answers;
    one(`input[value="${chosen.join(".")}"]`, parts.controls).checked = true;
    drawMap ??= responsive(one(".canvas", parts.picture), chart);
    if (source !== null) retext(one("#map .head p"), `${say("map_official")} ${source}.`);
    paint();
    provinceTable();
    setDownloads(parts, questions, ["csv", "xlsx", "geojson"]);
    setMeaning(parts, [chosen]);
    setRemark(parts, answers, questions);
  },
};
