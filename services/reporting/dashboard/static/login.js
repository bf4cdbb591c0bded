// A token is typed into a dialog, kept in memory, and gone with the tab.

import { hasToken, request, setToken } from "./api.js";
import { announce, one, retext } from "./dom.js";
import { say } from "./words.js";

/** Wire the button and the dialog; `changed` is called when the reader may see something else. */
export function watchLogin(changed) {
  const dialog = one("#token-dialog");
  const field = one("#token-field");
  const refused = one("#token-refused");
  const button = one("#login");

  button.addEventListener("click", () => {
    if (hasToken()) return drop("token_dropped");
    refused.textContent = "";
    dialog.showModal();
    field.focus();
  });
  one("#token-cancel").addEventListener("click", () => dialog.close());
  dialog.addEventListener("close", () => (field.value = ""));
  one("#token-form").addEventListener("submit", async (event) => {
    event.preventDefault();
    setToken(field.value.trim().replace(/^Bearer\s+/i, ""));
    try {
      await request("v1/reports/funnel");
    } catch {
      setToken(null);
      retext(refused, say("token_refused"));
      return field.focus();
    }
    dialog.close();
    named();
    announce(say("token_used"));
    changed();
  });

  function drop(why) {
    setToken(null);
    named();
    announce(say(why));
    changed();
  }
  return { expired: () => hasToken() && drop("token_refused") };
}

/** Write on the button what it does now. */
export function named() {
  const button = one("#login");
  button.dataset.text = hasToken() ? "logout" : "login";
  retext(button, say(button.dataset.text));
}
