// The public API of reporting. The token lives in this module's memory and nowhere else.

import { language } from "./words.js";

let token = null;
let catalogue = [];
const kept = new Map();
const names = new Map();
const refused = new Set();

export class Refused extends Error {
  constructor(status, problem) {
    super(problem?.detail || problem?.title || `${status}`);
    this.status = status;
    this.problem = problem;
  }
}

export const hasToken = () => token !== null;

export function setToken(value) {
  token = value;
  kept.clear();
  refused.clear();
}

export function headers(more = {}) {
  const own = { "Accept-Language": language(), ...more };
  if (token) own.Authorization = `Bearer ${token}`;
  return own;
}

export async function request(path, { accept = "application/json", more = {}, signal } = {}) {
  const response = await fetch(path, {
    headers: headers({ Accept: accept, ...more }), cache: "no-store", credentials: "omit", signal,
  }); // prettier-ignore
  if (response.ok || response.status === 304) return response;
  const problem = await response.json().catch(() => null);
  throw new Refused(response.status, problem);
}

/** Read a path; what has not changed since costs a few bytes. */
export async function ask(path) {
  const key = `${language()} ${path}`;
  const known = kept.get(key) ?? {};
  known.asking ??= asked(path, known).finally(() => (known.asking = null));
  kept.set(key, known);
  return known.asking;
}

async function asked(path, known) {
  const response = await request(path, { more: known.etag ? { "If-None-Match": known.etag } : {} });
  known.asOf = response.headers.get("Balai-As-Of");
  known.lag = response.headers.get("Balai-Lag-Seconds");
  if (response.status !== 304) {
    known.body = await response.json();
    known.etag = response.headers.get("ETag");
    known.turn = (known.turn ?? 0) + 1;
    learn(known.body.meta?.labels);
  }
  return { ...known, path, rows: known.body.rows ?? [], meta: known.body.meta ?? {} };
}

/** Read a path that may not be there, or not for this reader; it is asked for once. */
export async function askIfThere(path) {
  if (refused.has(path)) return null;
  return ask(path).catch((error) => {
    if (![401, 403, 404].includes(error.status)) throw error;
    refused.add(path);
    return null;
  });
}

/** Forget what was read for other choices, so that memory does not grow. */
export function keepOnly(paths) {
  const wanted = new Set([...paths].map((path) => `${language()} ${path}`));
  for (const [key, known] of kept) if (!wanted.has(key) && !known.asking) kept.delete(key);
}

function learn(labels) {
  for (const [dimension, values] of Object.entries(labels ?? {})) {
    for (const [value, text] of Object.entries(values)) names.set(`${dimension} ${value}`, text);
  }
}

export const nameOf = (dimension, value) => names.get(`${dimension} ${value}`) ?? null;

// The catalogue: what there is, and who may see it.

export async function readCatalogue(api = "v1") {
  catalogue = (await ask(`${api}/reports`)).body.items;
}

export const reportOf = (code) => catalogue.find((each) => each.code === code) ?? null;

export const reports = () => catalogue;

/** Whether the reader may ask for this report, with these dimensions. */
export function mayAsk(code, by = []) {
  const report = reportOf(code);
  if (!report) return false;
  const offered = dimensionsOf(report);
  return (hasToken() || report.public_without_token) && by.every((each) => offered.has(each));
}

export function dimensionsOf(report) {
  const open = report.dimensions.filter((each) => hasToken() || each.public);
  return new Set(open.map((each) => each.code));
}

export const indicatorOf = (code, indicator) =>
  reportOf(code)?.indicators.find((each) => each.code === indicator) ?? null;

export const offers = (code, indicator) => indicatorOf(code, indicator) !== null;
