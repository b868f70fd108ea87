// What somebody says, as text for the other side. Only where this device writes it down by itself: recognition that
// sends a voice to a third party is not used.
const Recognition = window.SpeechRecognition;

// Whether this device can, without loading anything.
export async function canWrite(language) {
  if (!Recognition?.available || !("processLocally" in Recognition.prototype)) return false;
  try {
    return (await Recognition.available({ langs: [language], processLocally: true })) === "available";
  } catch { return false; }
}

// Write down what `track` hears and hand each sentence to `said`. Gives back what stops it.
export function write(track, language, said) {
  const ear = new Recognition();
  Object.assign(ear, { lang: language, continuous: true, interimResults: true, processLocally: true });
  let on = true;
  ear.onresult = (event) => said(event.results[event.results.length - 1][0].transcript.slice(0, 300));
  ear.onend = () => on && setTimeout(() => on && ear.start(track), 250); // a browser ends it after a silence
  ear.start(track);
  return () => {
    on = false;
    ear.stop();
  };
}
