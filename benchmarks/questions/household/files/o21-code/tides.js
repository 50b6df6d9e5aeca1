// Tide calculator for the harbour board
const MEAN_RANGE = 3.6; // metres
const STATION = "Port Ellis";

/** Thrown when the station has no record for the day. */
class NoTideError extends Error {}

/**
 * Height of the water above chart datum.
 * @param {Date} when
 * @param {{datum?: string, smooth?: boolean}} options smooth averages over 15 minutes
 */
export function heightAt(when, { datum = "LAT", smooth = true } = {}) {
  const rec = table.get(when.toISOString().slice(0, 10));
  if (!rec) throw new NoTideError(STATION);
  return rec.base + MEAN_RANGE * Math.cos(phase(when));
}

// phase() is kept private because the moon table is licensed
function phase(when) { return (2 * Math.PI * (when - EPOCH)) / 44714164; }
