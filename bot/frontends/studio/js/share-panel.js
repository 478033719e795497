// A page for everybody with the link, and the way back to the chat.

import { get, post, remove } from "./api.js";
import { h, show, toast } from "./dom.js";

/** What can be done to let others hear `take`. */
export function sharePanel(take) {
  const element = h("div", { class: "panel stack" });
  const path = `/api/compositions/${take.id}`;
  const attempt = async (work) => {
    try {
      await work();
    } catch (error) {
      toast(error.message, "wrong");
    }
  };
  const build = (link) => {
    const field =
      link &&
      h("input", {
        readonly: true,
        value: link.url,
        "aria-label": "Link of the share page",
        onfocus: () => field.select(),
      });
    show(
      element,
      link
        ? [
            h(
              "p",
              {},
              "Whoever has this link sees the player, the roll and the settings of this take, and nothing else of yours.",
            ),
            h(
              "div",
              { class: "row link-row" },
              field,
              h(
                "button",
                {
                  type: "button",
                  onclick: () =>
                    attempt(async () => {
                      await navigator.clipboard.writeText(link.url);
                      toast("Copied");
                    }),
                },
                "Copy",
              ),
              h(
                "a",
                { class: "button", href: new URL(link.url, location.href).pathname, target: "_blank", rel: "noopener" },
                "Open",
              ),
            ),
            h(
              "div",
              { class: "row" },
              h(
                "button",
                {
                  type: "button",
                  class: "small danger",
                  onclick: () =>
                    attempt(async () => {
                      await remove(`${path}/share`);
                      build(null);
                    }),
                },
                "Close the page",
              ),
            ),
          ]
        : [
            h("p", {}, "A page of its own, which nobody can guess the address of. It can be closed again."),
            h(
              "div",
              { class: "row" },
              h(
                "button",
                {
                  type: "button",
                  class: "primary",
                  onclick: () => attempt(async () => build(await post(`${path}/share`))),
                },
                "Open a share page",
              ),
            ),
          ],
      sendRow,
    );
  };
  const sendRow = h("div", { class: "row" });
  get("/api/me").then(
    (me) => {
      if (!me.place) return;
      show(
        sendRow,
        h(
          "button",
          {
            type: "button",
            onclick: () =>
              attempt(async () => {
                await post(`${path}/send`);
                toast(`Sent to ${me.place.name}`);
              }),
          },
          `Send to ${me.place.name}`,
        ),
      );
    },
    () => {},
  );
  build(take.share ?? null);
  return element;
}
