// The socket to the other side by way of the server. It comes back by itself: the server may be started anew while a call goes on.
const SIGN_IN = 4401, GONE = 4403, ELSEWHERE = 4409, OVER = 4410, TOO_MUCH = 4429;
const ENDS = { [SIGN_IN]: "over", [GONE]: "over", [OVER]: "over", [TOO_MUCH]: "over", [ELSEWHERE]: "elsewhere" };
const LONGEST_WAIT = 4_000; // milliseconds between two tries
// A socket can be dead without saying so, as after a change of the network: it is asked, and has this long to answer.
const PING = 5_000, ANSWERS_IN = 3_000;

// hears(message): what came; ended(why): it will not come back. Gives { send, ask, close }.
export function signal(call, hears, ended) {
  let socket = null;
  let wait = 250;
  let closed = false;
  let silence = 0, later = 0;
  const page = Array.from(crypto.getRandomValues(new Uint8Array(9)), (one) => one.toString(36)).join("");
  const send = (message) => {
    if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify({ ...message, page }));
  };
  // Where nothing comes in time, this socket is left to itself and another is opened.
  const expect = (one) => {
    silence ||= setTimeout(() => {
      silence = 0;
      if (closed || one !== socket) return;
      one.onopen = one.onmessage = one.onclose = null;
      one.close();
      open();
    }, ANSWERS_IN);
  };
  const came = () => {
    clearTimeout(silence);
    silence = 0;
  };
  const open = () => {
    if (closed) return;
    clearTimeout(later);
    const way = location.protocol === "https:" ? "wss" : "ws";
    socket = new WebSocket(`${way}://${location.host}/ws/calls/${call}/`);
    expect(socket);
    socket.onopen = () => {
      wait = 250;
      send({ kind: "here", hello: true });
    };
    socket.onmessage = ({ data }) => {
      if (closed) return;
      came();
      const message = JSON.parse(data);
      if (message.kind !== "pong") hears(message);
    };
    socket.onclose = ({ code }) => {
      if (closed) return;
      came();
      if (ENDS[code]) {
        closed = true;
        ended(ENDS[code]);
        return;
      }
      later = setTimeout(open, wait);
      wait = Math.min(LONGEST_WAIT, wait * 2);
    };
  };
  // Is it still there? Where it broke already, it comes back now.
  const ask = () => {
    if (closed || socket.readyState === WebSocket.CONNECTING) return;
    if (socket.readyState !== WebSocket.OPEN) return open();
    send({ kind: "ping" });
    expect(socket);
  };
  open();
  const ping = setInterval(() => socket.readyState === WebSocket.OPEN && ask(), PING);
  return {
    send,
    ask,
    close() {
      closed = true;
      came();
      clearInterval(ping);
      socket.close();
    },
  };
}
