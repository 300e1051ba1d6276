/** The middle value, or the mean of the two in the middle. */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}

/** Median, least and greatest. */
export function spread(values) {
  return { median: median(values), low: Math.min(...values), high: Math.max(...values) };
}

/** How many times as fast as the peer, round by round: above 1 where it took less time than the peer. */
export function speedRatios(seconds, peerSeconds) {
  return peerSeconds.map((peer, round) => peer / seconds[round]);
}
