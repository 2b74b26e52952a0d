// A range with its label and its value in words: the browser's own control, so keyboard and screen reader know it. Joined
// with `pieces.js` and `listening.js`.
let count = 0;

function render({ model, el }) {
  const id = `ipe-slider-${Date.now().toString(36)}-${count++}`;
  const label = document.createElement("label");
  const range = document.createElement("input");
  const value = document.createElement("output");
  el.classList.add("ipe-slider");
  label.htmlFor = value.htmlFor = range.id = id;
  range.type = "range";
  // JupyterLab would take the left arrow for itself, and fold the cell.
  range.dataset.lmSuppressShortcuts = "true";
  el.append(label, value, range);

  // Lists beside it go by arrow keys, too; the studio around is known once it is on the page.
  const there = new ResizeObserver(() => ownKeys(el, model));
  there.observe(el);

  const show = () => {
    const decimals = (String(model.get("step")).split(".")[1] || "").length;
    label.textContent = model.get("label");
    for (const name of ["min", "max", "step"]) range[name] = model.get(name);
    range.value = model.get("value");
    const digits = { minimumFractionDigits: decimals, maximumFractionDigits: decimals };
    const words = Number(model.get("value")).toLocaleString(model.get("language"), digits) + model.get("unit");
    value.textContent = words;
    range.setAttribute("aria-valuetext", words);
  };
  const moved = () => {
    model.set("value", Number(range.value));
    model.save_changes();
  };
  // While it is dragged, too: messages that the kernel is too busy for are left out on the way.
  range.addEventListener("input", moved);
  const names = ["value", "min", "max", "step", "label", "unit"].map((name) => `change:${name}`).join(" ");
  model.on(names, show);
  show();
  return () => {
    model.off(names, show);
    there.disconnect();
  };
}

export default { initialize: listen, render };
