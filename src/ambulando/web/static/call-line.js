// How good the line is, from getStats: what was lost, how long there and back, and the room that is left for sending.

// Where a line is too poor for a picture. Voice alone takes about 40 kbit/s.
export const LIMITS = { lost: 0.1, back: 0.8, room: 120_000 };
// Seconds between two looks, and how many of the last ones have to be poor.
export const EVERY = 2;
const LOOKED = 4;
const POOR = 3;

// One look at a report of getStats and the one before: { lost, back, room }, each null where it is not known.
export function look(report, before) {
  let [lost, back, room, got, missing] = [null, null, null, 0, 0];
  for (const one of report.values()) {
    if (one.type === "remote-inbound-rtp") {
      if (one.fractionLost !== undefined) lost = Math.max(lost ?? 0, one.fractionLost);
      if (one.roundTripTime !== undefined) back = Math.max(back ?? 0, one.roundTripTime);
    }
    if (one.type === "inbound-rtp") {
      const then = before?.get(one.id);
      if (then) {
        got += one.packetsReceived - then.packetsReceived;
        missing += one.packetsLost - then.packetsLost;
      }
    }
    if (one.type === "candidate-pair" && one.nominated && one.state === "succeeded") {
      room = one.availableOutgoingBitrate ?? room;
      back = Math.max(back ?? 0, one.currentRoundTripTime ?? 0);
    }
  }
  const came = got + missing > 20 ? Math.max(0, missing) / (got + missing) : null;
  if (came !== null) lost = Math.max(lost ?? 0, came);
  return { lost, back, room };
}

const poor = ({ lost, back, room }) =>
  (lost ?? 0) > LIMITS.lost || (back ?? 0) > LIMITS.back || (room !== null && room < LIMITS.room);

// Whether the line is weak: most of the last looks were poor. One bad moment is none.
export const weak = (looks) => looks.slice(-LOOKED).filter(poor).length >= POOR;
