// The tags of a composition, added and taken away one by one.

import { patch } from "./api.js";
import { h, show, toast } from "./dom.js";
import { icon } from "./icons.js";

/** Tags of `take`, to be changed in place. */
export function tagEditor(take) {
  let { tags } = take;
  const list = h("ul", { class: "chips" });
  const input = h("input", { placeholder: "Add a tag", maxlength: 40, "aria-label": "Add a tag", class: "tag-input" });
  const save = async (next) => {
    try {
      ({ tags } = await patch(`/api/compositions/${take.id}`, { tags: next }));
      draw();
    } catch (error) {
      toast(error.message, "wrong");
    }
  };
  const draw = () => {
    show(
      list,
      tags.map((tag) =>
        h(
          "li",
          { class: "chip" },
          tag,
          h(
            "button",
            {
              type: "button",
              class: "quiet tiny",
              "aria-label": `Take the tag ${tag} away`,
              onclick: () => save(tags.filter((other) => other !== tag)),
            },
            icon("close"),
          ),
        ),
      ),
    );
  };
  const form = h(
    "form",
    {
      class: "row",
      onsubmit: (event) => {
        event.preventDefault();
        const tag = input.value.trim();
        if (tag && !tags.includes(tag)) save([...tags, tag]);
        input.value = "";
      },
    },
    list,
    input,
  );
  draw();
  return h("div", { class: "field" }, h("span", { class: "label" }, "Tags"), form);
}
