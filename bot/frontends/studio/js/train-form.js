// Name and hyper-parameters of a training; what there is to set, and what it means, the server says.

import { field, h, select } from "./dom.js";

/** A form of the server's `settings`; `bases` are the genres that one can start from. `values` are what is sent. */
export class TrainForm {
  constructor(settings, bases) {
    this.bases = [
      ["auto", "the one that fits"],
      ["none", "nothing: from scratch"],
      ...bases.map((genre) => [genre.name, genre.title]),
    ];
    this.tags = new Map();
    this.name = field(
      "Name of the genre",
      h("input", { maxlength: 32, placeholder: "my-waltzes", autocomplete: "off", spellcheck: "false" }),
      { hint: "Small letters, digits and hyphens." },
    );
    this.fields = new Map(
      settings.filter(({ name }) => name !== "tags").map((setting) => [setting.name, this.#field(setting)]),
    );
    const main = ["base", "epochs", "minutes", "learning_rate", "update_ratio"];
    const [first, more] = [[], []];
    for (const [name, made] of this.fields) (main.includes(name) ? first : more).push(made.element);
    this.element = h(
      "div",
      { class: "stack" },
      h("div", { class: "fields" }, this.name.element, first),
      more.length > 0 && h("details", {}, h("summary", {}, "More to set"), h("div", { class: "fields" }, more)),
    );
  }

  /** What was changed from the defaults, with the name. */
  get values() {
    const found = { name: this.name.input.value.trim() };
    for (const [name, { input, setting }] of this.fields) {
      const value = read(input, setting);
      if (value !== undefined && value !== setting.default) found[name] = value;
    }
    if (this.tags.size)
      found.tags = Object.fromEntries([...this.tags].map(([name, values]) => [name, [...values].join(", ")]));
    return found;
  }

  isPicked(name, value) {
    return this.tags.get(name)?.has(value) ?? false;
  }

  pick(name, value) {
    const values = this.tags.get(name) ?? new Set();
    if (!values.delete(value)) values.add(value);
    if (values.size) this.tags.set(name, values);
    else this.tags.delete(name);
  }

  /** Show an error at its field; returns whether there is one. */
  fail(name, message) {
    const target = name === "name" ? this.name : this.fields.get(name);
    if (!target) return false;
    target.fail(message);
    target.input.closest("details")?.setAttribute("open", "");
    target.input.focus();
    return true;
  }

  #field(setting) {
    const { label, description, choices, low, high } = setting;
    const range = low !== undefined && high !== undefined ? ` From ${low} to ${high}.` : "";
    let input;
    if (setting.name === "base" && !choices) input = select(this.bases, setting.default);
    else if (choices)
      input = select(
        choices.map((choice) => [choice.value, choice.label]),
        setting.default,
      );
    else if (typeof setting.default === "boolean") input = h("input", { type: "checkbox", checked: setting.default });
    else if (low !== undefined)
      input = h("input", {
        type: "number",
        min: low,
        max: high,
        step: "any",
        value: setting.default ?? "",
        placeholder: "no limit",
      });
    else input = h("input", { value: setting.default ?? "", maxlength: 400 });
    return { ...field(label, input, { hint: `${description}${range}` }), setting };
  }
}

function read(input, setting) {
  if (input.type === "checkbox") return input.checked;
  if (input.type !== "number") return input.value.trim() || undefined;
  return input.value === "" ? undefined : Number(input.value);
}
