// Elements, made in one line.

const SVG = "http://www.w3.org/2000/svg";

function filled(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name === "on") for (const [event, act] of Object.entries(value)) element.addEventListener(event, act);
    else if (name === "share") element.style.setProperty("--share", `${clamp(value) * 100}%`);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

const clamp = (value) => Math.max(0, Math.min(1, value ?? 0));

export const h = (tag, attributes = {}, ...children) =>
  filled(document.createElement(tag), attributes, children);

export const s = (tag, attributes = {}, ...children) =>
  filled(document.createElementNS(SVG, tag), attributes, children);

export const one = (selector, within = document) => within.querySelector(selector);

/** Replace what stands in `host`, and leave it alone when it would be the same. */
export function put(host, ...children) {
  const made = h("div", {}, ...children);
  if (made.innerHTML === host.innerHTML) return;
  host.replaceChildren(...made.childNodes);
}

export function retext(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

let spoken;

/** Have a screen reader say something once. */
export function announce(text) {
  const place = one("#announce");
  clearTimeout(spoken);
  place.textContent = "";
  spoken = setTimeout(() => (place.textContent = text), 50);
}

/** Draw `chart(width)` into `host` whenever its width changes. */
export function responsive(host, chart) {
  let width = 0;
  const watch = new ResizeObserver(() => {
    const now = Math.round(host.clientWidth);
    if (!now || now === width) return;
    width = now;
    chart(width);
  });
  watch.observe(host);
  return () => width && chart(width);
}
