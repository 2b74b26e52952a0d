// Keeps a page on records live: lists tell the kernel what was chosen, and the kernel's new content is shown.
// Messages are those of Jupyter widgets (comm_msg, method "update"); no others are sent.
(() => {
  document.getElementById("loading")?.remove();
  const { baseUrl, kernelId } = JSON.parse(document.getElementById("jupyter-config-data").textContent);
  const parts = new Map([...document.querySelectorAll("[data-model]")].map((one) => [one.dataset.model, one]));
  const ended = document.getElementById("ipe-ended");
  const name = () => [...crypto.getRandomValues(new Uint8Array(16))].map((one) => one.toString(16).padStart(2, "0")).join("");
  const session = name();
  const waiting = [];
  const asked = new Set();
  let socket = null;
  let failures = 0;

  const busy = () => document.documentElement.toggleAttribute("data-busy", asked.size > 0);

  const connect = () => {
    const address = new URL(`${baseUrl}api/kernels/${kernelId}/channels?session_id=${session}`, location.href);
    address.protocol = address.protocol.replace("http", "ws");
    socket = new WebSocket(address);
    socket.onopen = () => {
      failures = 0;
      while (waiting.length) socket.send(waiting.shift());
    };
    socket.onmessage = ({ data }) => { if (typeof data === "string") hear(JSON.parse(data)); };
    socket.onclose = () => {
      failures += 1;
      // A link that has ended, or a kernel that is gone, lets nobody in again; a network may.
      if (failures > 3) end(); else setTimeout(connect, 1500 * failures);
    };
  };

  const end = () => {
    for (const one of parts.values()) if (one.tagName === "SELECT") one.disabled = true;
    asked.clear();
    busy();
    if (ended) ended.hidden = false;
  };

  const hear = ({ header, parent_header: parent, content }) => {
    if (header.msg_type === "status" && content.execution_state === "idle") {
      asked.delete(parent.msg_id);
      busy();
    }
    if (header.msg_type !== "comm_msg" || content.data.method !== "update") return;
    const part = parts.get(content.comm_id);
    const state = content.data.state;
    if (!part) return;
    if (part.tagName === "SELECT") {
      if ("index" in state) part.selectedIndex = state.index ?? -1;
    } else if ("value" in state) {
      part.innerHTML = state.value;
    }
  };

  const choose = (list) => {
    const id = name();
    const header = { msg_id: id, session, username: "", date: new Date().toISOString(), msg_type: "comm_msg", version: "5.3" };
    const data = { method: "update", state: { index: list.selectedIndex }, buffer_paths: [] };
    const message = JSON.stringify({
      header, parent_header: {}, metadata: {}, buffers: [], channel: "shell",
      content: { comm_id: list.dataset.model, data },
    });
    asked.add(id);
    busy();
    if (socket.readyState === WebSocket.OPEN) socket.send(message); else waiting.push(message);
  };

  for (const one of parts.values()) if (one.tagName === "SELECT") one.addEventListener("change", () => choose(one));
  // The page works for its visitor while it is open; then its kernel may go.
  if (parts.size) addEventListener("load", connect, { once: true });
  addEventListener("pagehide", () => navigator.sendBeacon(`${baseUrl}voila/api/shutdown/${kernelId}`));
  addEventListener("pageshow", ({ persisted }) => { if (persisted) location.reload(); });
})();
