// Six digits that are the same on both sides when nobody stands in between.
//
// SHA-256 over the fingerprints of both DTLS certificates (RFC 8122, as they stand in the descriptions) and a random
// number of each side. Each side first sends the hash of its number and shows the number only once it has the other's
// hash, so that somebody in between can not look for numbers that fit: one guess in a million is all they have.
// Method: S. Vaudenay, "Secure Communications over Insecure Channels Based on Short Authenticated Strings" (CRYPTO
// 2005); the same commitment as in ZRTP (RFC 6189, 4.4.1.1).

const hex = (bytes) => Array.from(new Uint8Array(bytes), (one) => one.toString(16).padStart(2, "0")).join("");
const hash = async (text) => crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));

export const number = () => hex(crypto.getRandomValues(new Uint8Array(32)));
export const commitment = async (own) => hex(await hash(`ambulando call ${own}`));

// The fingerprint in a description; each part of it has the same one.
export function fingerprint(description) {
  const found = new Set([...(description?.sdp ?? "").matchAll(/^a=fingerprint:(\S+ \S+)/gm)].map((one) => one[1].toLowerCase()));
  return found.size === 1 ? [...found][0] : null;
}

// Each side: { fingerprint, number }. Both get the same, whoever they are.
export async function code(mine, theirs) {
  const sides = [mine, theirs].map((one) => `${one.fingerprint} ${one.number}`).sort();
  const made = new DataView(await hash(`ambulando code ${sides.join(" ")}`)).getUint32(0);
  return String(made % 1_000_000).padStart(6, "0").replace(/(...)(...)/, "$1 $2");
}
