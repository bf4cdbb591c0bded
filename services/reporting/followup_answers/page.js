// The page of one follow-up. The token is read from the fragment and sent in a header only; what is
// filled in stays in memory until it is saved, and every call is tried again until it gets through.

const TEXTS = JSON.parse(document.body.dataset.texts);
const ANSWERS = "v1/followup-answers";
const REST_MS = 900;
const AGAIN_MS = [1000, 2000, 5000, 10000, 20000];

const byId = (id) => document.getElementById(id);
const token = location.hash.slice(1);
const key = makeKey();
let language = document.documentElement.lang === "en" ? "en" : "id";
let asked = null;
let answers = {};
let version = 0;
let waiting = null;
let changes = 0;
let saving = null;
let ended = null;
let mark = null;

const say = (name, words = {}) =>
  TEXTS[language][name].replace(/\{(\w+)\}/g, (_, word) => words[word]);

function makeKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

const rest = (ms) => new Promise((done) => {
  const timer = setTimeout(done, ms);
  addEventListener("online", () => { clearTimeout(timer); done(); }, { once: true });
});

// Calls until there is an answer; a refusal is an answer.
async function call(method, { body, headers = {} } = {}) {
  for (let tries = 0; ; tries += 1) {
    try {
      const response = await fetch(ANSWERS, {
        method,
        headers: {
          "Follow-Up-Token": token,
          "Accept-Language": language,
          ...(body ? { "Content-Type": "application/json" } : {}),
          ...headers,
        },
        body: body && JSON.stringify(body),
        cache: "no-store",
        keepalive: method === "PUT",
        credentials: "omit",
        referrerPolicy: "no-referrer",
      });
      if (response.status < 500 && response.status !== 429) return response;
    } catch {
      // There is no connection; it is tried again below.
    }
    show("unsaved");
    await rest(AGAIN_MS[Math.min(tries, AGAIN_MS.length - 1)]);
  }
}

function show(name) {
  mark = name;
  byId("state").textContent = name ? say(name) : "";
}

const written = (value) => (typeof value === "boolean" ? String(value) : value);

function isShown(question, told) {
  return question.shown_when.every(
    (each) => each.question in told && each.answers.includes(written(told[each.question])),
  );
}

// What is asked after what was told, and those answers alone.
function relevant() {
  const told = {};
  const shown = [];
  for (const question of asked.questions) {
    if (!isShown(question, told)) continue;
    shown.push(question);
    if (question.code in answers) told[question.code] = answers[question.code];
  }
  return { shown, told };
}

function element(tag, properties = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

function hintOf(question) {
  return element("span", {
    className: "hint",
    textContent: ` (${say(question.required ? "required" : "optional")})`,
  });
}

function optionsOf(question) {
  if (question.kind === "YES_NO") {
    return [[true, say("yes")], [false, say("no")]];
  }
  return question.options.map((each) => [each.code, each.label[language]]);
}

function choiceField(question) {
  const field = element("fieldset", {}, element("legend", {}, question.label[language], hintOf(question)));
  for (const [value, label] of optionsOf(question)) {
    const input = element("input", {
      type: "radio", name: question.code, value: written(value),
      checked: answers[question.code] === value, required: question.required,
    });
    input.addEventListener("change", () => answer(question.code, value));
    field.append(element("label", { className: "choice" }, input, element("span", {}, label)));
  }
  if (!question.required && question.code in answers) {
    const clear = element("button", { type: "button", className: "clear", textContent: say("clear") });
    clear.addEventListener("click", () => {
      answer(question.code, undefined);
      byId(`at-${question.code}`).querySelector("input").focus();
    });
    field.append(clear);
  }
  return field;
}

const grouped = (value) =>
  value === undefined ? "" : new Intl.NumberFormat(language === "id" ? "id-ID" : "en-GB").format(value);

function numberField(question) {
  const input = element("input", {
    type: "text", inputMode: "numeric", autocomplete: "off", id: `in-${question.code}`,
    name: question.code, value: grouped(answers[question.code]),
  });
  const wrong = element("p", { className: "wrong", id: `wrong-${question.code}` });
  input.setAttribute("aria-describedby", wrong.id);
  input.addEventListener("input", () => {
    const digits = input.value.replace(/[\s.,]/g, "");
    const bad = digits !== "" && !/^\d{1,15}$/.test(digits);
    wrong.textContent = bad ? say("number") : "";
    input.setAttribute("aria-invalid", String(bad));
    if (!bad) answer(question.code, digits === "" ? undefined : Number(digits), false);
  });
  input.addEventListener("change", () => {
    if (input.getAttribute("aria-invalid") !== "true") input.value = grouped(answers[question.code]);
  });
  const label = element("label", { className: "ask", htmlFor: input.id }, question.label[language], hintOf(question));
  return element("div", { className: "field" }, label, input, wrong);
}

function draw() {
  document.documentElement.lang = language;
  document.title = `${say("title")} · Balai`;
  for (const button of byId("languages").children) {
    button.setAttribute("aria-pressed", String(button.dataset.lang === language));
  }
  byId("languages").setAttribute("aria-label", say("language"));
  byId("synthetic").textContent = say("synthetic");
  byId("send").textContent = say("send");
  byId("private").textContent = say("private");
  if (mark) show(mark);
  if (ended) return drawEnd();
  if (!asked) return;
  const until = new Date(asked.expires_at).toLocaleDateString(language === "id" ? "id-ID" : "en-GB", { dateStyle: "long" });
  byId("title").textContent = asked.title[language];
  byId("lead").textContent = `${say("lead", { months: asked.months })} ${say("until", { until })}`;
  drawQuestions();
}

function drawQuestions() {
  const held = document.activeElement?.name ? [document.activeElement.name, document.activeElement.value] : null;
  const fields = relevant().shown.map((question) => {
    const field = ["CHOICE", "YES_NO"].includes(question.kind) ? choiceField(question) : numberField(question);
    field.id = `at-${question.code}`;
    return field;
  });
  byId("questions").replaceChildren(...fields);
  if (held) {
    const again = Array.from(document.getElementsByName(held[0]));
    (again.find((each) => each.value === held[1]) ?? again[0])?.focus();
  }
}

function drawEnd() {
  byId("form").hidden = true;
  byId("title").textContent = ended.title ?? say("ended");
  byId("lead").textContent = ended.detail ?? `${say("thanks")} ${say("close")}`;
}

function end(how) {
  ended = how;
  clearTimeout(waiting);
  show(null);
  drawEnd();
  byId("title").focus();
}

function answer(code, value, again = true) {
  if (value === undefined) delete answers[code];
  else answers[code] = value;
  changes += 1;
  byId("problem").textContent = "";
  if (again) drawQuestions();
  show("saving");
  clearTimeout(waiting);
  waiting = setTimeout(save, REST_MS);
}

async function save() {
  clearTimeout(waiting);
  waiting = null;
  if (saving || ended) return saving;
  saving = keepSaving();
  await saving;
  saving = null;
}

async function keepSaving() {
  let kept = -1;
  while (kept !== changes && !ended) {
    const present = changes;
    show("saving");
    const response = await call("PUT", {
      body: { answers: relevant().told },
      headers: { "If-Match": `"${version}"` },
    });
    if (response.status === 412) {
      // Saved from elsewhere, or the answer to the last saving was lost: the latest word counts.
      const read = await call("GET");
      if (!read.ok) return stop(read);
      version = (await read.json()).version;
      continue;
    }
    if (response.status === 404 || response.status === 409) return stop(response);
    if (!response.ok) return show(null);
    version = (await response.json()).version;
    kept = present;
  }
  if (!ended) show("saved");
}

async function stop(response) {
  const problem = await response.json().catch(() => ({}));
  end({ detail: problem.detail ?? problem.title ?? say("ended") });
}

async function send(event) {
  event.preventDefault();
  byId("problem").textContent = "";
  const { shown, told } = relevant();
  const left = shown.find((each) => each.required && !(each.code in told));
  if (left) return point(left.code, say("missing"));
  clearTimeout(waiting);
  byId("send").disabled = true;
  if (saving) await saving;
  if (ended) return;
  show("sending");
  const response = await call("POST", { body: { answers: told }, headers: { "Idempotency-Key": `${key}-${changes}` } });
  byId("send").disabled = false;
  if (response.ok) return end({ title: say("thanks"), detail: say("close") });
  if (response.status === 404 || response.status === 409) return stop(response);
  save();
  const problem = await response.json().catch(() => ({}));
  const places = (problem.errors ?? []).map((each) => each.pointer).filter(Boolean);
  return point(places[0]?.split("/").pop(), problem.detail ?? say("refused"));
}

function point(code, why) {
  byId("problem").textContent = why;
  byId(`at-${code}`)?.querySelector("input")?.focus();
}

async function begin() {
  draw();
  if (!token) return end({ detail: say("no_token") });
  const response = await call("GET");
  show(null);
  if (!response.ok) return stop(response);
  asked = await response.json();
  answers = asked.answers;
  version = asked.version;
  byId("synthetic").hidden = !asked.synthetic;
  byId("form").hidden = false;
  draw();
}

for (const button of byId("languages").children) {
  button.addEventListener("click", () => { language = button.dataset.lang; draw(); });
}
byId("form").addEventListener("submit", send);
// A phone may never come back to a page that it has left.
document.addEventListener("visibilitychange", () => { if (document.hidden && waiting) save(); });
addEventListener("beforeunload", (event) => {
  if (!ended && (saving || mark === "unsaved")) event.preventDefault();
});
begin();
