// What is chosen. It lives in the address, so that a view can be shared; nothing personal has a name here.

const VIEW = ["lang", "measure", "horizon", "count", "scale", "centre", "tab"];
export const PERIODS = ["from", "to", "compare_from", "compare_to"];
export const OPTIONS = ["area_basis", "areas", "as_of", ...PERIODS];
export const FILTERS = [
  "program", "wave", "zone", "province", "regency", "facility", "facility_kind", "network",
  "host_ministry", "owner_ministry", "trade", "sex", "age_band", "disability", "entrant_kind",
]; // prettier-ignore
const KNOWN = new Set([...VIEW, ...OPTIONS, ...FILTERS]);
const VALUE = /^[\w.,:+-]{1,400}$/;

const listeners = new Set();
let chosen = read();

function read() {
  const found = new Map();
  for (const [name, value] of new URLSearchParams(location.search)) {
    if (KNOWN.has(name) && VALUE.test(value)) found.set(name, value);
  }
  return found;
}

export const get = (name) => chosen.get(name) ?? null;

export const filters = () => FILTERS.filter((name) => chosen.has(name));

/** Choose: a value of null takes a choice back. Every choice is a step that the browser can go back. */
export function choose(changes) {
  const before = query();
  for (const [name, value] of Object.entries(changes)) {
    if (value === null || value === "") chosen.delete(name);
    else if (KNOWN.has(name) && VALUE.test(value)) chosen.set(name, value);
  }
  if (query() === before) return;
  history.pushState(null, "", query() || location.pathname);
  for (const hear of listeners) hear();
}

function query() {
  const text = new URLSearchParams([...chosen].sort()).toString().replaceAll("%2C", ",").replaceAll("%3A", ":");
  return text && `?${text}`;
}

export const onChange = (hear) => listeners.add(hear);

addEventListener("popstate", () => {
  chosen = read();
  for (const hear of listeners) hear();
});
