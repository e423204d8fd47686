// What time it is on the floor: the wall's in the live shop, the world's own in fast motion.
let virtual = null;

export function keepTime(item) {
  const plays = item.where === "motion" && item.virtual_at !== null;
  virtual = plays ? { at: item.virtual_at, since: performance.now(), runs: item.state === "playing", speed: item.speed || 600, zone: item.zone } : null;
}

export function now() {
  if (!virtual) return Date.now();
  return virtual.at + (virtual.runs ? (performance.now() - virtual.since) * virtual.speed : 0);
}

// How much faster than life things move: figures hurry, but can still be followed.
export const haste = () => (virtual ? Math.min(6, Math.max(1, virtual.speed / 20)) : 1);
export const zone = () => virtual?.zone ?? undefined;
