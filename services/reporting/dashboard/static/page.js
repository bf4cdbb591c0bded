// The figures of the page: asked for every two seconds, drawn only when they have changed.

const EVERY_MS = 2000;
const LATE_S = 5;
const ZONES = { WIB: "Asia/Jakarta", WITA: "Asia/Makassar", WIT: "Asia/Jayapura" };
const LEVELS = 5;
const FULL_SCALE = 10000;

const language = document.documentElement.lang;
const locale = language === "en" ? "en-GB" : "id-ID";
const texts = JSON.parse(document.getElementById("texts").dataset.texts);
const whole = new Intl.NumberFormat(locale);
const percent = new Intl.NumberFormat(locale, { style: "percent", maximumFractionDigits: 1 });
const rounded = new Intl.NumberFormat(locale, { style: "percent", maximumFractionDigits: 0 });
const clock = (zone, options) => new Intl.DateTimeFormat(locale, { timeZone: ZONES[zone], ...options });
const moment = clock("WIB", { dateStyle: "medium", timeStyle: "medium" });

const one = (selector, within = document) => within.querySelector(selector);
const all = (selector, within = document) => [...within.querySelectorAll(selector)];
const number = (value) => (value === null || value === undefined ? "–" : whole.format(value));
const share = (value) => (value === null || value === undefined ? "–" : percent.format(value));

function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

function stretch(bar, value) {
  bar.style.setProperty("--share", `${Math.min(100, (value ?? 0) * 100)}%`);
}

// Reports: each keeps its ETag, so that an unchanged one costs a few bytes.

class Report {
  constructor(path) {
    this.path = path;
    this.etag = null;
    this.rows = [];
    this.meta = null;
  }

  async ask() {
    const headers = { Accept: "application/json", "Accept-Language": language };
    if (this.etag) headers["If-None-Match"] = this.etag;
    const response = await fetch(this.path, { headers, cache: "no-store", credentials: "omit" });
    if (response.status !== 200 && response.status !== 304) throw new Error(`${response.status}`);
    this.asOf = response.headers.get("Balai-As-Of") || null;
    this.lag = response.headers.get("Balai-Lag-Seconds");
    if (response.status === 304) return false;
    const body = await response.json();
    this.etag = response.headers.get("ETag");
    this.rows = body.rows;
    this.meta = body.meta;
    return true;
  }

  find(dims) {
    const wanted = Object.entries(dims);
    return this.rows.find((row) => wanted.every(([name, value]) => row.dims[name] === value));
  }
}

const reports = {
  progress: new Report("v1/reports/progress"),
  progressByProvince: new Report("v1/reports/progress?by=province"),
  opening: new Report("v1/reports/opening"),
  openingByZone: new Report("v1/reports/opening?by=zone"),
  openingByProvince: new Report("v1/reports/opening?by=province"),
};

// National progress.

function drawProgress() {
  const row = (indicator, target) => reports.progress.find({ indicator, target });
  const seated = row("seated", 5000);
  write(one("#headline-count"), number(seated?.numerator));
  write(one("#headline-share"), share(seated?.value));
  for (const gauge of all("[data-gauge]")) {
    const figure = row(gauge.dataset.gauge, FULL_SCALE);
    write(one(".number", gauge), number(figure?.numerator));
    stretch(one("i", gauge), figure?.value);
  }
}

// The opening: totals, zones.

function fraction(row) {
  if (!row || !row.denominator) return "–";
  return `${number(row.numerator)} / ${number(row.denominator)}`;
}

function markSome(element, row) {
  element.toggleAttribute("data-some", Boolean(row?.numerator));
}

function drawTotals() {
  for (const card of all("[data-total]")) {
    const row = reports.opening.find({ indicator: card.dataset.total });
    const parts = {
      numerator: number(row?.numerator),
      denominator: number(row?.denominator),
      response: share(row?.response_rate),
    };
    for (const part of all("[data-part]", card)) write(part, parts[part.dataset.part]);
    markSome(card, row);
  }
}

function drawZones() {
  for (const line of all("[data-zone]")) {
    const figure = (indicator) =>
      reports.openingByZone.find({ zone: line.dataset.zone, indicator });
    for (const cell of all("[data-cell]", line)) {
      const row = figure(cell.dataset.cell);
      write(cell, cell.dataset.cell === "silent" ? number(row?.numerator ?? 0) : fraction(row));
      if (cell.dataset.cell === "silent") markSome(cell, row);
    }
    for (const bar of all("[data-bar]", line)) stretch(bar, figure(bar.dataset.bar)?.value);
  }
}

// The map and its table.

function figuresOf(province) {
  const opening = (indicator) => reports.openingByProvince.find({ province, indicator });
  return {
    classes_opened: opening("classes_opened"),
    present: opening("present"),
    silent: opening("silent"),
    seated: reports.progressByProvince.find({ province, indicator: "seated", target: 5000 }),
  };
}

function sentence(name, figures) {
  if (!figures.classes_opened?.denominator) return `${name}: ${texts.no_classes}.`;
  const part = (row, what) =>
    `${number(row?.numerator ?? 0)} ${texts.of} ${number(row?.denominator ?? 0)} ${what}`;
  const parts = [
    part(figures.classes_opened, texts.classes),
    part(figures.present, texts.people),
    `${number(figures.silent?.numerator ?? 0)} ${texts.silent_centres}`,
  ];
  return `${name}: ${parts.join("; ")}.`;
}

function level(row) {
  if (!row || row.value === null) return "level-none";
  return `level-${Math.min(LEVELS - 1, Math.floor(row.value * LEVELS))}`;
}

function drawTile(tile, measure) {
  const figures = figuresOf(tile.dataset.province);
  const row = figures[measure];
  tile.className = `tile ${level(row)}`;
  write(one(".value", tile), row?.denominator ? rounded.format(row.value) : "");
  tile.toggleAttribute("data-silent", Boolean(figures.silent?.numerator));
  write(one(".sentence", tile), sentence(tile.dataset.name, figures));
}

function drawMap() {
  const measure = one("input[name=measure]:checked").value;
  for (const tile of all(".tile")) drawTile(tile, measure);
  const chosen = one('.tile[aria-pressed="true"]');
  if (chosen) write(one("#detail"), one(".sentence", chosen).textContent);
}

function drawTable() {
  for (const line of all("#provinces tr")) {
    const figures = figuresOf(line.dataset.province);
    for (const cell of all("[data-cell]", line)) {
      const row = figures[cell.dataset.cell];
      const counted = ["silent", "seated"].includes(cell.dataset.cell);
      write(cell, counted ? number(row?.numerator ?? 0) : fraction(row));
      if (cell.dataset.cell === "silent") markSome(cell, row);
    }
  }
}

function watchTiles() {
  const detail = one("#detail");
  const show = (event) => {
    const tile = event.target.closest(".tile");
    if (tile) write(detail, one(".sentence", tile).textContent);
  };
  const choose = (event) => {
    const tile = event.target.closest(".tile");
    if (!tile) return;
    for (const other of all('.tile[aria-pressed="true"]')) other.removeAttribute("aria-pressed");
    tile.setAttribute("aria-pressed", "true");
    show(event);
  };
  one("#grid").addEventListener("pointerover", show);
  one("#grid").addEventListener("focusin", show);
  one("#grid").addEventListener("click", choose);
  one(".measures").addEventListener("change", drawMap);
}

// How fresh the figures are, and the time of day in the three zones.

function freshness(lost) {
  const asked = Object.values(reports);
  if (lost) return ["lost", texts.lost];
  if (asked.some((report) => !report.asOf)) return ["late", texts.never];
  const asOf = asked.map((report) => report.asOf).sort()[0];
  const lag = Math.max(...asked.map((report) => Number(report.lag)));
  const when = `${texts.as_of} ${moment.format(new Date(asOf))} WIB`;
  if (lag <= LATE_S) return ["live", `${when} · ${texts.live}`];
  return ["late", `${when} · ${texts.late} ${whole.format(Math.round(lag))} s`];
}

function drawFreshness(lost) {
  const [state, text] = freshness(lost);
  const place = one("#fresh");
  // Only a change of state is read out, not every second that passes.
  if (place.dataset.state !== state) write(one("#announce"), text);
  place.dataset.state = state;
  write(one("#fresh-text"), text);
}

function drawClocks() {
  const now = new Date();
  for (const place of all("[data-clock]")) {
    const time = clock(place.dataset.clock, { hour: "2-digit", minute: "2-digit" });
    write(place, time.format(now));
  }
}

// The loop.

async function refresh() {
  const changed = await Promise.all(Object.values(reports).map((report) => report.ask()));
  if (!changed.some(Boolean)) return;
  one("#synthetic").hidden = !Object.values(reports).some((report) => report.meta.synthetic);
  drawProgress();
  drawTotals();
  drawZones();
  drawMap();
  drawTable();
}

async function turn() {
  if (!document.hidden) {
    try {
      await refresh();
      drawFreshness(false);
    } catch {
      drawFreshness(true);
    }
    drawClocks();
  }
  setTimeout(turn, EVERY_MS);
}

// On a telephone the squares are too small for numbers: the table says them.
one("#as-table").open = window.matchMedia("(max-width: 30rem)").matches;
for (const place of all("[data-number]")) write(place, whole.format(Number(place.dataset.number)));
watchTiles();
turn();
