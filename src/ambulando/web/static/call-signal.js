// The socket to the other side by way of the server. It comes back by itself: the server may be started anew while a call goes on.
const SIGN_IN = 4401, GONE = 4403, ELSEWHERE = 4409, OVER = 4410, TOO_MUCH = 4429;
const ENDS = { [SIGN_IN]: "over", [GONE]: "over", [OVER]: "over", [TOO_MUCH]: "over", [ELSEWHERE]: "elsewhere" };
const LONGEST_WAIT = 4_000; // milliseconds between two tries
const PING = 15_000;

// hears(message): what came; ended(why): it will not come back. Gives { send, close }.
export function signal(call, hears, ended) {
  let socket = null;
  let wait = 250;
  let closed = false;
  const page = Array.from(crypto.getRandomValues(new Uint8Array(9)), (one) => one.toString(36)).join("");
  const send = (message) => {
    if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify({ ...message, page }));
  };
  const open = () => {
    if (closed) return;
    const way = location.protocol === "https:" ? "wss" : "ws";
    socket = new WebSocket(`${way}://${location.host}/ws/calls/${call}/`);
    socket.onopen = () => {
      wait = 250;
      send({ kind: "here", hello: true });
    };
    socket.onmessage = (event) => closed || hears(JSON.parse(event.data));
    socket.onclose = ({ code }) => {
      if (closed) return;
      if (ENDS[code]) {
        closed = true;
        ended(ENDS[code]);
        return;
      }
      setTimeout(open, wait);
      wait = Math.min(LONGEST_WAIT, wait * 2);
    };
  };
  open();
  const ping = setInterval(() => send({ kind: "ping" }), PING);
  return {
    send,
    close() {
      closed = true;
      clearInterval(ping);
      socket.close();
    },
  };
}
