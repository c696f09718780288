/**
 * The order of the suites. Jest has the longest first as soon as it knows how long each took; in a fresh clone it goes by the files' sizes,
 * and a small file that starts servers of its own would come last and run alone.
 */
const { default: Sequencer } = require('@jest/test-sequencer');

/** By what a suite's time depends on, longest first. */
const LONGEST = [/\/test\/(faults|backup\/s3)/, /\/test\/deploy\//, /\/test\/(adapters|backup|cli)\//];

function rank({ path }) {
  const place = LONGEST.findIndex((pattern) => pattern.test(path));
  return place === -1 ? LONGEST.length : place;
}

module.exports = class extends Sequencer {
  sort(tests) {
    const usual = super.sort(tests);
    return usual.some(({ duration }) => duration) ? usual : usual.sort((one, other) => rank(one) - rank(other));
  }
};
