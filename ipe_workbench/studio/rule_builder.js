// A rule as nested blocks. Nothing is decided here: what one does to a block goes to Python, and the rule that comes back
// is drawn. The control that had the focus has it again. Every text is set with textContent: names are hostile. Joined with
// `pieces.js` and `listening.js`.
export default {
  initialize: listen,
  render({ model, el }) {
    const builder = new Builder(model, el);
    return () => builder.stop();
  },
};

class Builder {
  constructor(model, el) {
    this.model = model;
    this.root = part("div", { class: "ipe-rule", "data-lm-suppress-shortcuts": "true" }, el);
    this.act = () => this.draw();
    // The answer comes last: only then is there what shall have the focus.
    this.answered = () => {
      this.draw();
      this.wanted = undefined;
    };
    model.on("change:answer", this.answered);
    model.on("change:options", this.act);
    this.draw();
  }

  stop() {
    this.model.off("change:answer", this.answered);
    this.model.off("change:options", this.act);
  }

  draw() {
    this.words = this.model.get("words");
    this.options = this.model.get("options");
    const block = this.model.get("block");
    const focus = this.wanted ?? (this.root.contains(document.activeElement) ? document.activeElement.dataset.key : "");
    this.root.replaceChildren();
    const error = this.model.get("error");
    if (error) part("div", { role: "alert", class: "ipe-problem" }, this.root, error);
    if (block) this.block(block, this.root, { name: "" });
    else {
      part("p", {}, this.root, this.words.none);
      this.button(this.words.start, this.words.start, "start", this.root, { do: "start", path: [] }, "/kind");
    }
    if (focus) this.refocus(focus);
  }

  /** The control with that key; where it is gone, the nearest block around it. */
  refocus(key) {
    const places = [key];
    for (let path = key.split("/")[0]; path; path = path.replace(/\.?[^.]+$/, "")) places.push(`${path}/kind`);
    const found = [...places, "/kind"].map((one) => this.root.querySelector(`[data-key="${CSS.escape(one)}"]`)).find((one) => one && !one.disabled);
    (found ?? this.root.querySelector("select, button"))?.focus();
  }

  block(block, parent, place) {
    const key = block.path.join(".");
    const box = part("fieldset", { class: `ipe-rule-block ipe-rule-depth-${block.path.length % 3}` }, parent);
    part("legend", { class: "ipe-rule-legend" }, box, place.name || this.words.kind);
    const head = part("div", { class: "ipe-rule-row" }, box);
    if (place.branch) this.branch(place, head);
    const kind = { key: "kind", label: this.words.kind, type: "choice", value: block.kind, options: "kinds" };
    this.control(kind, head, `${key}/kind`, (value) => ({ do: "kind", path: block.path, kind: value }));
    for (const field of block.fields) {
      this.control(field, head, `${key}/${field.key}`, (value) => ({ do: "field", path: block.path, key: field.key, value }));
    }
    this.moves(block, place, head, key);
    block.items.forEach((fields, at) => this.item(block, fields, at, box, key));
    const name = this.title("kinds", block.kind);
    block.parts.forEach(({ block: inner, branch }, at) => {
      const last = block.parts.length - 1;
      this.block(inner, box, { name: `${at + 1}: ${name}`, branch, at, last, ordered: block.ordered, around: block.path });
    });
    if (block.adds) {
      const focus = block.items.length ? "" : `${[...block.path, block.parts.length].join(".")}/kind`;
      const label = `${this.words.add}: ${name}`;
      this.button(this.words.add, label, `${key}/add`, box, { do: "add", path: block.path }, focus);
    }
  }

  branch(place, head) {
    const field = { label: this.words.branch, type: "choice", value: place.branch, options: "professions" };
    const key = `${[...place.around, place.at].join(".")}/branch`;
    this.control(field, head, key, (value) => ({ do: "branch", path: place.around, at: place.at, value }));
  }

  moves(block, place, head, key) {
    const move = (by) => ({ do: "move", path: place.around, at: place.at, by });
    const there = (by) => `${[...place.around, place.at + by].join(".")}/kind`;
    if (place.ordered && place.at > 0) this.button("↑", `${this.words.up} ${place.name}`, `${key}/up`, head, move(-1), there(-1));
    if (place.ordered && place.at < place.last) this.button("↓", `${this.words.down} ${place.name}`, `${key}/down`, head, move(1), there(1));
    if (block.path.length || this.model.get("optional")) {
      const label = `${this.words.remove} ${place.name || this.title("kinds", block.kind)}`;
      this.button("✕", label, `${key}/remove`, head, { do: "remove", path: block.path });
    }
  }

  item(block, fields, at, box, key) {
    const row = part("div", { class: "ipe-rule-row ipe-rule-item", role: "group", "aria-label": `${this.words.row} ${at + 1}` }, box);
    for (const field of fields) {
      const act = field.cap
        ? (value) => ({ do: "cap", path: block.path, key: field.cap, value })
        : (value) => ({ do: "item", path: block.path, at, key: field.key, value });
      this.control({ ...field, empty: Boolean(field.cap) }, row, `${key}/${at}/${field.key}`, act);
    }
    const label = `${this.words.remove} ${this.words.row.toLowerCase()} ${at + 1}`;
    this.button("✕", label, `${key}/${at}/remove`, row, { do: "remove_item", path: block.path, at });
  }

  control(field, parent, key, message) {
    const box = part("div", { class: `ipe-rule-field ipe-rule-${field.type}` }, parent);
    const id = `ipe-rule-${(numbers += 1)}`;
    part("label", { for: id }, box, field.label);
    const input = field.type === "choice" ? this.select(field, box) : part("input", { type: field.type }, box);
    input.id = id;
    input.dataset.key = key;
    if (field.type !== "choice") input.value = field.value ?? "";
    for (const name of ["min", "max", "step"]) if (field[name] !== undefined && field[name] !== null) input[name] = field[name];
    input.addEventListener("change", () => {
      if (field.type !== "number") return this.model.send(message(input.value));
      if (input.value === "" && !field.empty) return (input.value = field.value);
      return this.model.send(message(input.value === "" ? null : Number(input.value)));
    });
  }

  select(field, box) {
    const select = part("select", {}, box);
    const known = this.options[field.options];
    for (const [value, title] of known) part("option", { value }, select, title);
    if (!known.some(([value]) => value === field.value)) part("option", { value: field.value }, select, `${field.value} ${this.words.unknown}`);
    select.value = field.value;
    return select;
  }

  button(text, label, key, parent, message, focus) {
    const about = { type: "button", class: "ipe-rule-button", "aria-label": label, title: label, "data-key": key };
    const one = part("button", about, parent, text);
    one.addEventListener("click", () => {
      this.wanted = focus || undefined;
      this.model.send(message);
    });
  }

  title(options, value) {
    return this.options[options].find(([one]) => one === value)?.[1] ?? value;
  }
}

let numbers = 0; // of controls, so that each has a label of its own
