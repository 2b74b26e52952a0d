// Pieces of pages and of pictures, for the widgets that draw themselves. Every text is set with textContent: names are hostile.
const SVG = "http://www.w3.org/2000/svg";

function put(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) if (value !== undefined) element.setAttribute(name, value);
  return element;
}

function part(name, attributes, parent, text) {
  const element = put(document.createElement(name), attributes);
  if (text !== undefined) element.textContent = text;
  parent?.append(element);
  return element;
}

function drawn(name, attributes, parent, text) {
  const element = put(document.createElementNS(SVG, name), attributes);
  if (text !== undefined) element.textContent = text;
  parent?.append(element);
  return element;
}

/** The studio around an element has the language of its texts, and keys of its own: JupyterLab would move cells by them. */
function ownKeys(element, model, act) {
  const studio = element.closest(".ipe-studio");
  if (!studio) return;
  studio.lang = model.get("language");
  if (!studio.dataset.ownKeys) {
    studio.dataset.ownKeys = "true";
    // JupyterLab looks for the mark at what has the focus, not around it.
    studio.addEventListener("focusin", (event) => event.target.setAttribute("data-lm-suppress-shortcuts", "true"));
  }
  if (act && !studio.dataset.actsOnKeys) {
    studio.dataset.actsOnKeys = "true";
    studio.addEventListener("keydown", act);
  }
}
