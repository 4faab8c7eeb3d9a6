/** Cases for each property: 500 in `npm test`, 10,000 in `npm run fuzz`. */
export const fuzzRuns = Number(process.env.FUZZ_RUNS ?? 500);
