// Server-sent events read by fetch, because EventSource cannot send a token.

import { request } from "./api.js";

const WAITS = [1_000, 2_000, 5_000, 15_000];
const QUIET_MS = 60_000;

/** Hear the events of `path` until the returned function is called; a lost connection is taken up again. */
export function hear(path, { onEvent, onLost }) {
  const ending = new AbortController();
  follow(path, ending.signal, { onEvent, onLost });
  return () => ending.abort();
}

async function follow(path, signal, { onEvent, onLost }) {
  for (let failures = 0; !signal.aborted; failures += 1) {
    try {
      await listen(path, signal, (event) => {
        failures = 0;
        onEvent(event);
      });
    } catch (error) {
      if (signal.aborted || error.status === 404 || error.status === 401 || error.status === 403) return onLost(error);
    }
    if (signal.aborted) return;
    onLost(null);
    await pause(WAITS[Math.min(failures, WAITS.length - 1)] * (0.5 + Math.random()), signal);
  }
}

async function listen(path, signal, onEvent) {
  const quiet = new AbortController();
  let alarm;
  const alive = () => {
    clearTimeout(alarm);
    alarm = setTimeout(() => quiet.abort(), QUIET_MS);
  };
  try {
    alive();
    const response = await request(path, { accept: "text/event-stream", signal: AbortSignal.any([signal, quiet.signal]) });
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = "";
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      alive();
      const blocks = (rest + value).replaceAll("\r\n", "\n").split("\n\n");
      rest = blocks.pop();
      for (const block of blocks) tell(block, onEvent);
    }
  } finally {
    clearTimeout(alarm);
  }
}

function tell(block, onEvent) {
  const event = { name: "message", data: "" };
  for (const line of block.split("\n")) {
    if (line.startsWith("event:")) event.name = line.slice(6).trim();
    if (line.startsWith("data:")) event.data += line.slice(5).trim();
  }
  if (event.data) onEvent({ name: event.name, data: JSON.parse(event.data) });
}

const pause = (ms, signal) =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener("abort", () => (clearTimeout(timer), resolve()), { once: true });
  });
