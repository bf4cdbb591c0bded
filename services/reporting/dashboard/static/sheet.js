// The minister's sheet: one page from a frozen snapshot, checked against its hash and its signature.

import { indicatorOf, readCatalogue, reportOf, request } from "./api.js";
import { h, one, put, retext } from "./dom.js";
import { find } from "./plate.js";
import { labelOf } from "./question.js";
import { figure, language, moment, number, period, rounded, say, share, told } from "./words.js";

const API = "../v1";
const NEAR = 5000;
const STEPS = ["applicants", "eligible", "claims", "seated", "present", "attended", "completed", "certified_training", "absorbed", "entrepreneurs"]; // prettier-ignore
const OUTCOMES = ["absorbed", "entrepreneurs", "jobs_created", "incomes_up", "working", "businesses_running"];
const HORIZONS = [12, 6, 3];

const id = location.pathname.split("/").pop();

const bytesOf = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (each) => each.charCodeAt(0));
const hex = (buffer) => [...new Uint8Array(buffer)].map((each) => each.toString(16).padStart(2, "0")).join("");

/** Whether the bytes are those that were hashed and signed; null where this browser cannot tell. */
async function check(bytes, snapshot) {
  if (!globalThis.crypto?.subtle) return { hash: null, signature: null };
  const hash = hex(await crypto.subtle.digest("SHA-256", bytes)) === snapshot.sha256;
  try {
    const { keys } = await (await request(`${API}/snapshot-keys`)).json();
    const { kty, crv, x } = keys.find((each) => each.kid === snapshot.key_id);
    const key = await crypto.subtle.importKey("jwk", { kty, crv, x }, { name: "Ed25519" }, false, ["verify"]);
    return { hash, signature: await crypto.subtle.verify("Ed25519", key, bytesOf(snapshot.signature), bytes) };
  } catch {
    return { hash, signature: null };
  }
}

function headline(tables) {
  const row = (code) => find(tables.progress, { indicator: code, target: NEAR });
  const tile = (code) =>
    h("div", {}, h("dd", { class: "big" }, number(row(code)?.numerator)),
      h("dt", {}, h("b", {}, say(code)), " ", say("share_of_target", { share: share(row(code)?.value), target: number(NEAR) }))); // prettier-ignore
  return tables.progress && h("dl", { class: "headlines" }, ...["seated", "present", "completed"].map(tile));
}

function funnel(table) {
  const wanted = find(table, { indicator: "applicants" }) ? STEPS.filter((code) => code !== "claims") : STEPS;
  const steps = wanted.map((code) => [code, find(table, { indicator: code })]).filter(([, row]) => row && row.numerator !== null);
  const most = Math.max(1, ...steps.map(([, row]) => row.numerator));
  const bars = steps.map(([code, row], place) => {
    const before = steps[place - 1]?.[1].numerator;
    return h("li", {}, h("span", { class: "name" }, told(indicatorOf("funnel", code)?.label) || code),
      h("span", { class: "track", "aria-hidden": "true" }, h("i", { share: row.numerator / most })),
      h("span", { class: "number" }, number(row.numerator)), h("span", { class: "fine" }, before ? rounded(row.numerator / before) : "")); // prettier-ignore
  });
  return steps.length > 0 && h("div", {}, h("h2", {}, say("funnel")), h("ol", { class: "bars" }, ...bars));
}

/** The latest horizon at which anybody has answered. */
function outcomes(table) {
  const months = HORIZONS.find((each) => find(table, { indicator: "answered", horizon: each })?.numerator);
  if (!months) return null;
  const answered = find(table, { indicator: "answered", horizon: months });
  const tiles = OUTCOMES.map((code) => [code, find(table, { indicator: code, horizon: months })]).filter(([, row]) => row && (row.value !== null || row.suppressed));
  return h("div", {}, h("h2", {}, `${say("outcomes")}, ${say("horizon_months", { months })}`),
    h("p", { class: "fine" }, `${say("response")} ${share(answered.value)}: `, say("response_line", { answered: number(answered.numerator), asked: number(answered.denominator) })),
    h("dl", { class: "outcomes" }, ...tiles.map(([code, row]) =>
      h("div", { class: "outcome" }, h("dt", {}, told(indicatorOf("outcomes", code)?.label) || code),
        h("dd", {}, h("span", { class: "number" }, row.suppressed ? "<5" : figure(row, indicatorOf("outcomes", code)?.unit)),
          h("span", { class: "fine" }, row.suppressed || indicatorOf("outcomes", code)?.unit !== "RATIO" ? "" : ` ${number(row.numerator)} ${say("of")} ${number(row.denominator)}`,
            row.few_answers && h("em", { class: "mark" }, say("few")))))))); // prettier-ignore
}

function provinces(table) {
  const rows = (table?.rows ?? []).filter((row) => row.dims.indicator === "seated" && row.dims.target === NEAR && row.numerator);
  rows.sort((one, other) => other.numerator - one.numerator);
  return rows.length > 0 && h("div", {}, h("h2", {}, `${say("map")}: ${say("seated")}`),
    h("ul", { class: "provinces" }, ...rows.map((row) => h("li", {}, h("span", {}, labelOf("province", row.dims.province)), h("b", {}, number(row.numerator)))))); // prettier-ignore
}

function proof(snapshot, checked) {
  const state = (value) => (value === null ? "" : ` · ${say(value ? "check_passed" : "check_failed")}`);
  return [
    h("p", {}, say("sheet_why")),
    snapshot.reason && h("p", {}, `${say("reason")}: ${snapshot.reason}`),
    snapshot.replaced_by_id && h("p", { class: "refused" }, `${say("replaced")}: ${snapshot.replaced_reason ?? ""} `, h("a", { href: snapshot.replaced_by_id }, say("replaced_by"))),
    h("p", {}, `${say("frozen_at")} ${moment(snapshot.frozen_at)} · ${say("published_at")} ${moment(snapshot.published_at)}`),
    h("p", { class: "code", "data-check": String(checked.hash) }, `${say("hash")} ${snapshot.sha256}${state(checked.hash)}`),
    h("p", { class: "code", "data-check": String(checked.signature) }, `${say("signature")} Ed25519, ${snapshot.key_id}${state(checked.signature)}`),
  ]; // prettier-ignore
}

async function start() {
  one("#print").href = `${id}/print?lang=${language()}`;
  try {
    await readCatalogue(API);
    const snapshot = await (await request(`${API}/snapshots/${id}`)).json();
    const bytes = await (await request(`${API}/snapshots/${id}/content`)).arrayBuffer();
    const { tables, period: span, synthetic } = JSON.parse(new TextDecoder().decode(bytes));
    retext(one("#sheet-title"), snapshot.title);
    document.title = `${snapshot.title} · Balai`;
    retext(one("#sheet-period"), `${say("period")} ${period(span.from)} – ${period(span.to)}`);
    one("#synthetic").hidden = !synthetic;
    put(one("#sheet-body"), headline(tables), h("div", { class: "columns" }, funnel(tables.funnel), outcomes(tables.outcomes)), provinces(tables["progress-by-province"]));
    put(one("#sheet-proof"), ...proof(snapshot, await check(bytes, snapshot)));
  } catch (error) {
    if (!error.status) throw error;
    retext(one("#sheet-title"), say("sheet_missing"));
  }
  document.documentElement.dataset.ready = String(reportOf("progress") !== null);
}

start();
