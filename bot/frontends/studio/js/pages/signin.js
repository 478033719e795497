// Signing in with the link that the bot hands out in the chat: /signin#TOKEN.

import { post } from "../api.js";
import { h } from "../dom.js";

/** Take the token out of the address bar at once and sign in with it; without one, say how to get it. */
export async function page() {
  const token = location.hash.slice(1);
  history.replaceState(null, "", "/signin");
  if (token) {
    try {
      await post("/api/session", { token });
      location.replace("/"); // anew, as somebody
      return { title: "Signing in", element: h("p", {}, "Signing in …") };
    } catch (error) {
      return { title: "Sign in", element: explain(error.message) };
    }
  }
  return { title: "Sign in", element: explain("") };
}

function explain(wrong) {
  return h(
    "section",
    { class: "stack narrow" },
    h("h1", {}, "Come in by the chat"),
    wrong && h("p", { class: "notice wrong", role: "alert" }, wrong),
    h(
      "p",
      {},
      "This studio knows you from the chat that Tutti lives in. Type ",
      h("code", {}, "/studio"),
      " there: you get a link for you alone, good once and for a quarter of an hour.",
    ),
  );
}
