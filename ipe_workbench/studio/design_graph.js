// The designer's graph: boxes to focus, lines to draw, nothing decided here. Each wish goes to Python as a message, and
// what Python answers is drawn. Every text is set with textContent: names are hostile. Joined with `pieces.js`,
// `listening.js` and `design_graph_paper.js`.
const DRAG = 4; // pixels before a press becomes a drag

export default {
  initialize: listen,
  render({ model, el }) {
    const graph = new Graph(model, el);
    return () => graph.stop();
  },
};

class Graph extends Paper {
  constructor(model, el) {
    super(model);
    this.boxes = new Map();
    this.lines = new Map();
    this.current = ""; // the box that Tab comes to
    this.from = ""; // the box from which a line is being drawn
    this.build(el);
    this.listen();
    this.drawAll();
  }

  stop() {
    for (const [name, act] of this.heard) this.model.off(name, act);
    this.sizes.disconnect();
  }

  // ------------------------------------------------------------------ the page
  build(el) {
    this.root = part("div", { class: "ipe-graph", "data-lm-suppress-shortcuts": "true" }, el);
    const words = this.model.get("words");
    const bar = part("div", { class: "ipe-graph-bar", role: "toolbar", "aria-label": words.graph }, this.root);
    const button = (key, act) => {
      const one = part("button", { type: "button", class: "ipe-graph-button", title: words[`${key}_help`] }, bar, words[key]);
      one.addEventListener("click", act);
      return one;
    };
    this.connecting = button("connect", () => this.startLine(this.model.get("selected") || this.current));
    this.removing = button("remove", () => this.removeChosen());
    button("tidy", () => this.wish({ do: "tidy" }));
    button("smaller", () => this.zoom(1 / STEP));
    button("larger", () => this.zoom(STEP));
    button("fit", () => this.fit(LEAST));
    this.frame = part("div", { class: "ipe-graph-frame" }, this.root);
    this.svg = drawn("svg", { class: "ipe-graph-paper", role: "group", "aria-label": words.label }, this.frame);
    const id = `ipe-arrow-${Math.random().toString(36).slice(2)}`;
    const marker = { id, viewBox: "0 0 8 8", refX: 7, refY: 4, markerWidth: 7, markerHeight: 7, orient: "auto" };
    drawn("path", { d: "M0 0.5L8 4L0 7.5z" }, drawn("marker", marker, drawn("defs", {}, this.svg)));
    this.arrow = `url(#${id})`;
    this.bandLayer = drawn("g", { "aria-hidden": "true" }, this.svg);
    this.lineLayer = drawn("g", {}, this.svg);
    this.boxLayer = drawn("g", {}, this.svg);
    this.over = drawn("svg", { class: "ipe-graph-over", "aria-hidden": "true" }, this.frame);
    this.thread = drawn("line", { class: "ipe-graph-thread", visibility: "hidden" }, this.over);
    const below = part("div", { class: "ipe-graph-said" }, this.root);
    this.said = part("span", { role: "status" }, below, words.hint);
    this.done = part("span", { "aria-hidden": "true" }, below); // the designer's own status reads it out
    const table = part("details", { class: "ipe-graph-table" }, this.root);
    part("summary", {}, table, words.table);
    this.table = part("table", {}, table);
    this.tableShown = table;
  }

  listen() {
    this.heard = ["nodes", "edges", "bands"].map((name) => [`change:${name}`, () => this.later()]);
    this.heard.push(["change:selected", () => this.markSelected()]);
    this.heard.push(["change:said", () => this.answered(this.model.get("said").text)]);
    this.heard.push(["msg:custom", ({ focus }) => queueMicrotask(() => this.focusOn(focus))]); // once it is drawn
    for (const [name, act] of this.heard) this.model.on(name, act);
    this.tableShown.addEventListener("toggle", () => this.drawTable());
    this.root.addEventListener("keydown", (event) => this.key(event));
    this.frame.addEventListener("pointerdown", (event) => this.press(event));
    this.frame.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
    this.frame.addEventListener("scroll", () => this.frame.scrollTo(0, 0)); // a browser scrolls to what has focus
    // Not on the picture itself: one that hears of focus would be a stop of the Tab key in Chromium.
    this.frame.addEventListener("focusin", (event) => this.focused(event.target));
    this.sizes = new ResizeObserver(() => this.resized());
    this.sizes.observe(this.frame);
  }

  wish(message) {
    this.model.send(message);
  }

  say(text) {
    this.said.textContent = text;
    this.done.textContent = "";
  }

  answered(text) {
    this.said.textContent = "";
    this.done.textContent = text;
  }

  // ------------------------------------------------------------------ drawing
  later() {
    if (this.waiting) return;
    this.waiting = true;
    queueMicrotask(() => {
      this.waiting = false;
      this.drawAll();
    });
  }

  drawAll() {
    const nodes = this.model.get("nodes");
    this.nodes = new Map(nodes.map((one) => [one.id, one]));
    const width = Math.max(BOX.width, ...nodes.map((one) => one.x + BOX.width / 2)) + 16;
    const height = Math.max(BOX.height, ...nodes.map((one) => one.y + BOX.height / 2)) + 16;
    this.size = { width, height };
    put(this.svg, { width, height, viewBox: `0 0 ${width} ${height}` });
    this.drawBands(height);
    this.drawLines();
    this.drawBoxes(nodes);
    if (!this.nodes.has(this.current)) this.current = this.model.get("selected") || nodes[0]?.id || "";
    if (!this.nodes.has(this.from)) this.endLine();
    this.markSelected();
    this.drawTable();
    this.place();
  }

  drawBands(height) {
    this.bandLayer.replaceChildren();
    this.model.get("bands").forEach((band, at) => {
      const shade = { x: band.x, y: 0, width: band.width, height, class: at % 2 ? "ipe-graph-odd" : "ipe-graph-even" };
      drawn("rect", shade, this.bandLayer);
      drawn("text", { x: band.x + band.width / 2, y: 18, class: "ipe-graph-term" }, this.bandLayer, band.title);
    });
  }

  drawBoxes(nodes) {
    const before = this.boxes;
    this.boxes = new Map();
    for (const node of nodes) {
      const now = JSON.stringify(node);
      let box = before.get(node.id);
      if (!box) box = { group: drawn("g", { role: "button", tabindex: -1, "data-box": node.id }) };
      if (box.now !== now) this.fill(box.group, node);
      box.now = now;
      this.boxes.set(node.id, box);
    }
    const hadFocus = this.boxLayer.contains(document.activeElement) ? document.activeElement.dataset.box : "";
    for (const [id, box] of before) if (!this.boxes.has(id)) box.group.remove();
    [...this.boxes.values()].forEach((box, at) => {
      if (this.boxLayer.children[at] !== box.group) this.boxLayer.insertBefore(box.group, this.boxLayer.children[at] ?? null);
    });
    if (hadFocus && document.activeElement?.dataset?.box !== hadFocus) this.focusOn(this.boxes.has(hadFocus) ? hadFocus : nodes[0]?.id);
  }

  fill(group, node) {
    group.replaceChildren();
    put(group, { class: `ipe-graph-box ipe-graph-${node.look}`, "aria-label": node.label });
    group.setAttribute("transform", `translate(${node.x - BOX.width / 2} ${node.y - BOX.height / 2})`);
    drawn("title", {}, group, node.title);
    drawn("rect", { width: BOX.width, height: BOX.height, rx: node.kind === "stack" ? 14 : 5 }, group);
    if (node.kind === "credential") drawn("path", { class: "ipe-graph-strip", d: `M0 5a5 5 0 0 1 5 -5v${BOX.height}a5 5 0 0 1 -5 -5z` }, group);
    drawn("text", { x: 12, y: 14, class: "ipe-graph-caption" }, group, node.caption);
    inTwoLines(node.title, BOX.width - 22).forEach((line, at) => drawn("text", { x: 12, y: 29 + 14 * at }, group, line));
    if (node.mark) {
      const mark = drawn("g", { class: `ipe-graph-mark ipe-graph-${node.severity}` }, group);
      drawn("rect", { x: BOX.width - 26, y: -8, width: 30, height: 17, rx: 8 }, mark);
      drawn("text", { x: BOX.width - 11, y: 5 }, mark, node.mark);
    }
  }

  drawLines() {
    const before = this.lines;
    this.lines = new Map();
    for (const edge of this.model.get("edges")) {
      const key = `${edge.source} ${edge.target}`;
      const from = this.nodes.get(edge.source);
      const to = this.nodes.get(edge.target);
      if (!from || !to) continue;
      let group = before.get(key)?.group;
      if (!group) {
        group = drawn("g", { role: "button", tabindex: -1, "data-line": key }, this.lineLayer);
        drawn("path", { class: "ipe-graph-hit" }, group);
        drawn("path", { class: "ipe-graph-path" }, group);
      }
      put(group, { class: `ipe-graph-line${edge.always ? "" : " ipe-graph-choice"}`, "aria-label": edge.label });
      const way = wayOf(from, to, edge.via);
      for (const path of group.children) path.setAttribute("d", way);
      group.lastChild.setAttribute("marker-end", this.arrow);
      this.lines.set(key, { group, edge });
    }
    for (const [key, line] of before) if (!this.lines.has(key)) line.group.remove();
  }

  markSelected() {
    const selected = this.model.get("selected");
    for (const [id, box] of this.boxes) {
      put(box.group, { "aria-pressed": id === selected, tabindex: id === this.current ? 0 : -1 });
      box.group.classList.toggle("ipe-graph-selected", id === selected);
      box.group.classList.toggle("ipe-graph-from", id === this.from);
    }
    for (const { group, edge } of this.lines.values()) {
      const near = [edge.source, edge.target].some((one) => one === selected || one === this.current);
      group.classList.toggle("ipe-graph-near", near);
      group.classList.toggle("ipe-graph-selected", group === this.chosenLine);
    }
  }

  drawTable() {
    if (!this.tableShown.open) return;
    this.table.replaceChildren();
    const head = part("tr", {}, part("thead", {}, this.table));
    for (const word of this.model.get("words").columns) part("th", { scope: "col" }, head, word);
    const body = part("tbody", {}, this.table);
    for (const node of this.nodes.values()) {
      const row = part("tr", {}, body);
      part("th", { scope: "row" }, row, node.title);
      for (const text of [node.caption, node.term, node.asks, node.found]) part("td", {}, row, text);
    }
  }

  /** Ctrl+S saves the design, wherever in the designer. */
  keepKeys() {
    ownKeys(this.root, this.model, (event) => {
      if ((!event.ctrlKey && !event.metaKey) || event.key.toLowerCase() !== "s") return;
      event.preventDefault();
      document.activeElement?.blur?.(); // what is being typed counts, too
      this.wish({ do: "save" });
    });
  }

  // ------------------------------------------------------------------ the mouse
  press(event) {
    if (event.button !== 0) return;
    const box = event.target.closest("[data-box]");
    const line = event.target.closest("[data-line]");
    const start = { x: event.clientX, y: event.clientY, view: { ...this.view } };
    let dragged = false;
    const move = (now) => {
      if (!dragged && Math.hypot(now.clientX - start.x, now.clientY - start.y) < DRAG) return;
      if (!dragged && box && !this.from) this.startLine(box.dataset.box);
      dragged = true;
      if (box) this.stretch(now);
      else this.pan(start, now);
    };
    const done = (now) => {
      window.removeEventListener("pointermove", move);
      window.removeEventListener("pointerup", done);
      window.removeEventListener("pointercancel", done);
      if (dragged && box) this.drop(now);
      else if (!dragged && now.type === "pointerup") this.clicked(box, line);
    };
    window.addEventListener("pointermove", move);
    window.addEventListener("pointerup", done);
    window.addEventListener("pointercancel", done);
  }

  clicked(box, line) {
    if (box) {
      box.focus({ preventScroll: true });
      this.activate(box.dataset.box);
    } else if (line) line.focus({ preventScroll: true });
    else if (this.from) this.endLine();
  }

  stretch(now) {
    const place = this.frame.getBoundingClientRect();
    const from = this.nodes.get(this.from);
    const { x, y, scale } = this.view;
    put(this.thread, { x1: from.x * scale + x, y1: from.y * scale + y, visibility: "visible" });
    put(this.thread, { x2: now.clientX - place.left, y2: now.clientY - place.top });
  }

  drop(now) {
    const over = document.elementFromPoint(now.clientX, now.clientY)?.closest?.("[data-box]");
    const here = over && this.svg.contains(over);
    if (here && over.dataset.box !== this.from && now.type === "pointerup") this.finishLine(over.dataset.box);
    else this.endLine(this.model.get("words").given_up);
  }

  // ------------------------------------------------------------------ lines
  startLine(id) {
    const node = this.nodes.get(id);
    if (!node) return;
    this.from = id;
    this.markSelected();
    this.say(this.model.get("words").connecting.replace("{title}", () => node.title));
    if (!this.svg.contains(document.activeElement)) this.focusOn(id);
  }

  finishLine(target) {
    const source = this.from;
    this.endLine();
    this.wish({ do: "connect", source, target });
  }

  endLine(text) {
    this.from = "";
    this.thread.setAttribute("visibility", "hidden");
    this.markSelected();
    if (text) this.say(text);
  }

  activate(id) {
    if (this.from && this.from !== id) this.finishLine(id);
    else if (this.from) this.endLine(this.model.get("words").given_up);
    else this.wish({ do: "select", id });
  }

  removeChosen() {
    const line = this.chosenLine && [...this.lines.values()].find((one) => one.group === this.chosenLine);
    if (line) {
      this.focusOn(line.edge.target);
      this.wish({ do: "disconnect", source: line.edge.source, target: line.edge.target });
    } else this.wish({ do: "remove", id: this.current });
  }

  // ------------------------------------------------------------------ the keyboard
  focused(target) {
    const box = target.closest("[data-box]");
    const line = target.closest("[data-line]");
    if (box) {
      this.current = box.dataset.box;
      this.chosenLine = null;
      this.bringIntoView(this.current);
    } else if (line) {
      this.chosenLine = line;
      this.say(line.getAttribute("aria-label"));
    }
    this.markSelected();
  }

  focusOn(id) {
    this.boxes.get(id)?.group.focus({ preventScroll: true });
  }

  key(event) {
    const box = event.target.closest("[data-box]");
    const line = event.target.closest("[data-line]");
    if (event.key === "Escape" && this.from) this.endLine(this.model.get("words").given_up);
    else if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z") this.wish({ do: event.shiftKey ? "redo" : "undo" });
    else if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "y") this.wish({ do: "redo" });
    else if (event.ctrlKey || event.metaKey || event.altKey) return;
    else if (line) {
      if (!this.keyOnLine(event.key, this.lines.get(line.dataset.line).edge)) return;
    } else if (!box || !this.keyOnBox(event.key, box.dataset.box)) return;
    event.preventDefault();
    event.stopPropagation();
  }

  keyOnBox(key, id) {
    if (key.startsWith("Arrow")) this.focusOn(this.beside(id, key));
    else if (key === "Home") this.focusOn(this.boxes.keys().next().value);
    else if (key === "End") this.focusOn([...this.boxes.keys()].at(-1));
    else if (key === "Enter" || key === " ") this.activate(id);
    else if (key === "c" || key === "C") this.startLine(id);
    else if (key === "e" || key === "E") this.nextLine(id, 1);
    else if (key === "Delete") this.removeChosen();
    else if (key === "+") this.zoom(STEP);
    else if (key === "-") this.zoom(1 / STEP);
    else if (key === "0") this.fit(LEAST);
    else return false;
    return true;
  }

  keyOnLine(key, edge) {
    if (key === "Delete" || key === "Backspace") this.removeChosen();
    else if (key === "ArrowLeft") this.focusOn(edge.source);
    else if (key === "ArrowRight" || key === "Escape" || key === "Enter") this.focusOn(edge.target);
    else if (key === "ArrowDown" || key === "e" || key === "E") this.nextLine(this.current, 1);
    else if (key === "ArrowUp") this.nextLine(this.current, -1);
    else return false;
    return true;
  }

  /** The next of the lines into and out of a box; the first one when none of them has the focus. */
  nextLine(id, step) {
    const own = [...this.lines.values()].filter(({ edge }) => edge.source === id || edge.target === id);
    if (!own.length) return this.say(this.model.get("words").no_lines);
    const at = own.findIndex((one) => one.group === this.chosenLine);
    own[(at + step + own.length) % own.length].group.focus({ preventScroll: true });
  }
}
