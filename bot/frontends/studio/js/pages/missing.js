// An address that leads nowhere.

import { h } from "../dom.js";

/** Say so, and where to go. */
export async function page() {
  const element = h(
    "section",
    { class: "stack" },
    h("h1", {}, "There is no such page"),
    h("p", {}, "It may have been deleted, or the address was cut off. ", h("a", { href: "/" }, "Back to the studio")),
  );
  return { title: "Nothing here", element };
}
