// The paper of the designer's graph: moved and zoomed without being drawn anew. Joined with `pieces.js`, before the graph.
const BOX = { width: 138, height: 52 };
const STEP = 1.2;
const LEAST = 0.25;
const MOST = 2.5;
const READABLE = 0.7;

class Paper {
  constructor(model) {
    this.model = model;
    this.view = { x: 0, y: 0, scale: 1 };
  }

  /** Moves the picture, which is not drawn anew for it (`will-change`), and sharpens it once it rests at a new size. */
  place() {
    const { x, y, scale } = this.view;
    this.svg.style.transform = `translate(${x}px, ${y}px) scale(${scale})`;
    if (scale === this.sharp) return;
    this.sharp = scale;
    clearTimeout(this.rest);
    this.rest = setTimeout(() => {
      this.svg.style.willChange = "auto";
      requestAnimationFrame(() => requestAnimationFrame(() => (this.svg.style.willChange = "")));
    }, 200);
  }

  resized() {
    if (!this.frame.clientWidth) return;
    this.keepKeys();
    if (!this.fitted) this.fit(READABLE);
  }

  fit(least) {
    const { clientWidth, clientHeight } = this.frame;
    const scale = Math.min(clientWidth / this.size.width, clientHeight / this.size.height, 1.15);
    this.view = { x: 0, y: 0, scale: Math.max(scale, least) };
    this.view.x = Math.max(0, (clientWidth - this.size.width * this.view.scale) / 2);
    this.place();
    if (!this.fitted) {
      this.fitted = true;
      this.bringIntoView(this.model.get("selected"));
    }
  }

  zoom(by, at) {
    const { clientWidth, clientHeight } = this.frame;
    const [x, y] = at ?? [clientWidth / 2, clientHeight / 2];
    const scale = Math.min(MOST, Math.max(LEAST, this.view.scale * by));
    const ratio = scale / this.view.scale;
    this.view = { x: x - (x - this.view.x) * ratio, y: y - (y - this.view.y) * ratio, scale };
    this.place();
  }

  bringIntoView(id) {
    const node = this.nodes.get(id);
    if (!node || !this.fitted) return;
    const { scale } = this.view;
    const shift = (middle, half, view, whole) => {
      const low = (middle - half) * scale + view - 8;
      const high = (middle + half) * scale + view + 8 - whole;
      return low < 0 ? view - low : high > 0 ? view - high : view;
    };
    this.view.x = shift(node.x, BOX.width / 2, this.view.x, this.frame.clientWidth);
    this.view.y = shift(node.y, BOX.height / 2, this.view.y, this.frame.clientHeight);
    this.place();
  }

  wheel(event) {
    if (!event.ctrlKey && !event.metaKey) return; // a plain wheel scrolls the page
    event.preventDefault();
    const place = this.frame.getBoundingClientRect();
    this.zoom(Math.exp(-event.deltaY / 500), [event.clientX - place.left, event.clientY - place.top]);
  }

  pan(start, now) {
    this.view.x = start.view.x + now.clientX - start.x;
    this.view.y = start.view.y + now.clientY - start.y;
    this.place();
  }

  /** The box beside another one: the next of its column, or the nearest in the next column to the side. */
  beside(id, key) {
    const here = this.nodes.get(id);
    const all = [...this.nodes.values()];
    if (key === "ArrowUp" || key === "ArrowDown") {
      const column = all.filter((one) => one.x === here.x).sort((one, other) => one.y - other.y);
      return column[column.indexOf(here) + (key === "ArrowDown" ? 1 : -1)]?.id ?? id;
    }
    const side = key === "ArrowRight" ? 1 : -1;
    const distance = (one) => (one.x - here.x) * side * 1000 + Math.abs(one.y - here.y);
    const beyond = all.filter((one) => (one.x - here.x) * side > 0);
    return beyond.sort((one, other) => distance(one) - distance(other))[0]?.id ?? id;
  }
}

/** A smooth line from the right side of a box to the left side of another one, through places between them. */
function wayOf(from, to, via) {
  const points = [[from.x + BOX.width / 2, from.y], ...via, [to.x - BOX.width / 2 - 2, to.y]];
  let way = `M${points[0][0]} ${points[0][1]}`;
  for (let at = 1; at < points.length; at++) {
    const [x0, y0] = points[at - 1];
    const [x1, y1] = points[at];
    const bend = x1 > x0 ? (x1 - x0) / 2 : 60;
    way += `C${x0 + bend} ${y0} ${x1 - bend} ${y1} ${x1} ${y1}`;
  }
  return way;
}

const measure = document.createElement("canvas").getContext("2d");

/** The text in at most two lines of a width; what does not fit ends in an ellipsis. */
function inTwoLines(text, width) {
  measure.font = "600 12.5px system-ui, sans-serif";
  const fits = (words) => measure.measureText(words).width <= width;
  const cut = (words) => {
    if (fits(words)) return words;
    let end = words.length;
    while (end > 1 && !fits(`${words.slice(0, end).trimEnd()}…`)) end--;
    return `${words.slice(0, end).trimEnd()}…`;
  };
  const words = text.split(/\s+/);
  let first = words.shift() ?? "";
  while (words.length && fits(`${first} ${words[0]}`)) first += ` ${words.shift()}`;
  return words.length ? [cut(first), cut(words.join(" "))] : [cut(first)];
}
