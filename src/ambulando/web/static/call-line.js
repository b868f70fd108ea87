// How good the line is, from getStats: what was lost, how long there and back, and the room that is left for sending.

// Where a line is too poor for a picture. Voice alone takes about 40 kbit/s.
export const LIMITS = { lost: 0.1, back: 0.8, room: 120_000 };
// Seconds between two looks, and how many of the last ones have to be poor.
export const EVERY = 2;
const LOOKED = 4;
const POOR = 3;

const NOTHING = { lost: null, back: null, room: null };

// The way that is taken: as the transport says or, where a browser has no report of it, as the pair itself does.
function wayOf(report) {
  const all = [...(report?.values() ?? [])];
  const pairs = all.filter((one) => one.type === "candidate-pair" && one.nominated && one.state === "succeeded");
  const told = all.find((one) => one.type === "transport")?.selectedCandidatePairId;
  return told ?? (pairs.find((one) => one.selected) ?? pairs.at(-1))?.id;
}

// One look at a report of getStats and the one before: { way, lost, back, room }, each null where it is not known.
// A look across a change of the way says nothing: what it shows as lost was lost with the other way.
export function look(report, before) {
  const way = wayOf(report);
  if (before && way !== wayOf(before)) return { way, ...NOTHING };
  let [lost, back, got, missing] = [null, null, 0, 0];
  for (const one of report.values()) {
    const then = before?.get(one.id);
    // What the other side told stays in the report until it tells again, with sound after five seconds: it counts once.
    if (one.type === "remote-inbound-rtp" && one.timestamp !== then?.timestamp) {
      if (one.fractionLost !== undefined) lost = Math.max(lost ?? 0, one.fractionLost);
      if (one.roundTripTime !== undefined) back = Math.max(back ?? 0, one.roundTripTime);
    }
    if (one.type === "inbound-rtp" && then) {
      got += one.packetsReceived - then.packetsReceived;
      missing += one.packetsLost - then.packetsLost;
    }
  }
  const pair = report.get(way);
  if (pair?.currentRoundTripTime !== undefined) back = Math.max(back ?? 0, pair.currentRoundTripTime);
  const came = got + missing > 20 ? Math.max(0, missing) / (got + missing) : null;
  if (came !== null) lost = Math.max(lost ?? 0, came);
  return { way, lost, back, room: pair?.availableOutgoingBitrate ?? null };
}

const poor = ({ lost, back, room }) =>
  (lost ?? 0) > LIMITS.lost || (back ?? 0) > LIMITS.back || (room !== null && room < LIMITS.room);

// Whether the line is weak: most of the last looks at the way it takes now were poor. One bad moment is none.
export const weak = (looks) =>
  looks.slice(-LOOKED).filter((one) => one.way === looks.at(-1).way && poor(one)).length >= POOR;
