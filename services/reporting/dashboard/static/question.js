// From what is chosen to the address of a figure.

import { dimensionsOf, nameOf, reportOf } from "./api.js";
import { FILTERS, OPTIONS, get } from "./state.js";
import { knows, say, told } from "./words.js";

/** The question that a section asks of a report: its path, and the filters that it cannot follow. */
export function question(code, { by = [], indicators = [], compared = false, without = [], more = {} } = {}) {
  const report = reportOf(code);
  const offered = dimensionsOf(report);
  const parts = new URLSearchParams();
  const ignored = [];
  if (by.length) parts.set("by", by.join(","));
  if (indicators.length && hasIndicatorChoice(report)) parts.set("indicator", indicators.join(","));
  for (const name of FILTERS) {
    const value = get(name);
    if (!value || without.includes(name)) continue;
    if (offered.has(name)) parts.set(name, value);
    else ignored.push(name);
  }
  for (const name of OPTIONS) {
    const value = get(name);
    if (!value || (name.startsWith("compare") && !compared)) continue;
    if (name === "area_basis" && !report.area_bases.includes(value)) ignored.push(name);
    else parts.set(name, value);
  }
  for (const [name, value] of Object.entries(more)) parts.set(name, value);
  const asked = parts.toString().replaceAll("%2C", ",");
  return { path: `v1/reports/${code}${asked && `?${asked}`}`, ignored, code };
}

const hasIndicatorChoice = (report) => report.indicators.length > 1;

/** What a value of a dimension is called. */
export function labelOf(dimension, value) {
  // The registry names areas in Indonesian alone, and in full.
  if (dimension === "province" && knows(`province_${value}`)) return say(`province_${value}`);
  const text = nameOf(dimension, value);
  if (text) return told(text);
  return /^[0-9a-f]{8}-/.test(value) ? `${value.slice(-8)}` : value;
}

/** What a dimension or an option is called. */
export function titleOf(dimension) {
  for (const code of ["funnel", "outcomes", "progress", "facilities"]) {
    const found = reportOf(code)?.dimensions.find((each) => each.code === dimension);
    if (found) return told(found.label);
  }
  return say(dimension === "as_of" ? "as_of_filter" : dimension);
}

/** The choices that are made, beside those of `followed`. */
export const ignoring = (followed) => [...FILTERS, ...OPTIONS].filter((name) => get(name) && !followed.includes(name));

export const isNarrowed = () => FILTERS.some(get) || OPTIONS.some(get);
