/** What one measurement of samples on disk has: 1.5 bytes of a sample in chunks, 48 bytes of a series in the index. */
export const samples = {
  scraped: 1000,
  interval: 5,
  chunkBytes: 3000,
  chunkSamples: 2000,
  indexBytes: 4800,
  series: 100,
};
