// anywidget gives a widget's module two seconds to arrive and then drops every message to that widget, for good
// (0.11: `Runtime.ready` rejects, and `_handle_comm_msg` waits for it). On a busy machine the module arrives later: the
// widget is there and deaf. So a widget that has come too late hears the messages itself, and asks for what it missed.
function listen({ model }) {
  // The model that anywidget hides behind its own: an event names it.
  let hidden;
  const find = (one) => (hidden = one);
  model.on("change:_listening", find);
  model.set("_listening", true);
  model.off("change:_listening", find);
  if (!hidden?.comm?.on_msg || !hidden._handle_comm_msg) return;
  // A message that says nothing gets through where anywidget still listens.
  hidden._handle_comm_msg({ content: { data: { method: "listening" } } }).catch(() => {
    const { _handle_comm_msg: heard } = Object.getPrototypeOf(Object.getPrototypeOf(hidden));
    hidden.comm.on_msg((message) => heard.call(hidden, message));
    hidden.comm.send({ method: "request_state" }, hidden.callbacks());
  });
}
