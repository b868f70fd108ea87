// The line to the other browser, by "perfect negotiation" (W3C, WebRTC: Real-Time Communication in Browsers, 10.7):
// either side may ask for a change at any time; where both do, the polite one gives way.
import { code, commitment, fingerprint, number } from "./call-code.js";

const LONGEST = 4_000; // characters of a message over the line

export class Peer {
  // send(message): by way of the server; says: { state, track, told, code } are called with what is new.
  constructor({ polite, servers, relayOnly, tracks, send, says }) {
    Object.assign(this, { polite, send, says, tracks, relayOnly });
    this.pc = new RTCPeerConnection({ iceServers: servers, iceTransportPolicy: relayOnly ? "relay" : "all" });
    this.asking = this.passing = false;
    this.own = number();
    this.everConnected = false;
    this.pc.onicecandidate = ({ candidate }) => candidate && send({ kind: "candidate", candidate });
    this.pc.ontrack = ({ track }) => says.track(track);
    this.pc.onnegotiationneeded = () => this.ask();
    this.pc.onconnectionstatechange = () => {
      this.everConnected ||= this.pc.connectionState === "connected";
      says.state(this.pc.connectionState);
    };
    this.line = this.pc.createDataChannel("line", { negotiated: true, id: 0 });
    this.line.onopen = async () => this.tell({ kind: "commit", commitment: await commitment(this.own) });
    this.line.onmessage = ({ data }) => this.told(data);
    if (!polite) for (const kind of ["audio", "video"]) this.pc.addTransceiver(tracks[kind] ?? kind, { direction: "sendrecv" });
  }

  // The polite side waits for the first word, so that both agree on the order of what is sent.
  async ask() {
    if (this.polite && !this.pc.remoteDescription) return;
    try {
      this.asking = true;
      await this.pc.setLocalDescription();
      this.send({ kind: "description", description: this.pc.localDescription });
    } catch (error) {
      if (this.pc.signalingState !== "closed") throw error;
    } finally {
      this.asking = false;
    }
  }

  async hear({ kind, description, candidate }) {
    if (this.pc.signalingState === "closed") return;
    if (kind === "candidate") {
      try {
        await this.pc.addIceCandidate(candidate);
      } catch (error) {
        if (!this.passing && this.pc.signalingState !== "closed") throw error;
      }
      return;
    }
    const collides = description.type === "offer" && (this.asking || this.pc.signalingState !== "stable");
    this.passing = !this.polite && collides;
    if (this.passing || (description.type === "answer" && this.pc.signalingState !== "have-local-offer")) return;
    await this.pc.setRemoteDescription(description);
    if (description.type !== "offer") return;
    for (const one of this.pc.getTransceivers()) {
      if (one.direction === "sendrecv") continue;
      one.direction = "sendrecv";
      await one.sender.replaceTrack(this.tracks[one.receiver.track.kind] ?? null);
    }
    await this.pc.setLocalDescription();
    this.send({ kind: "description", description: this.pc.localDescription });
  }

  // The server was away: what was asked meanwhile did not get through.
  askAgain() {
    if (this.pc.signalingState === "have-local-offer") {
      this.send({ kind: "description", description: this.pc.localDescription });
    }
  }

  // Look for another way, with new credentials for the relay where there are some.
  restart(servers, relayOnly = this.relayOnly) {
    this.relayOnly = relayOnly;
    const iceTransportPolicy = relayOnly ? "relay" : "all";
    this.pc.setConfiguration({ ...this.pc.getConfiguration(), ...(servers ? { iceServers: servers } : {}), iceTransportPolicy });
    this.pc.restartIce();
  }

  // kind "audio" or "video"; null sends nothing of it.
  async replace(kind, track) {
    this.tracks[kind] = track;
    for (const one of this.pc.getTransceivers()) {
      if (one.receiver.track.kind === kind) await one.sender.replaceTrack(track);
    }
  }

  tell(message) {
    if (this.line.readyState === "open") this.line.send(JSON.stringify(message));
  }

  async told(data) {
    if (this.pc.signalingState === "closed" || typeof data !== "string" || data.length > LONGEST) return;
    let message;
    try { message = JSON.parse(data); } catch { return; }
    if (message?.kind === "commit" && !this.committed) {
      this.committed = message.commitment;
      this.tell({ kind: "reveal", number: this.own });
    } else if (message?.kind === "reveal" && this.committed && !this.revealed) {
      this.revealed = true;
      const mine = { fingerprint: fingerprint(this.pc.localDescription), number: this.own };
      const theirs = { fingerprint: fingerprint(this.pc.remoteDescription), number: String(message.number) };
      const holds = (await commitment(theirs.number)) === this.committed && theirs.number !== this.own;
      this.says.code(holds && mine.fingerprint && theirs.fingerprint ? await code(mine, theirs) : null);
    } else if (message) this.says.told(message);
  }

  close() {
    this.pc.onconnectionstatechange = this.pc.onnegotiationneeded = null;
    this.pc.close();
  }
}
