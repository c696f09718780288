import { whyUnfit } from '../../src/policy/rehearsal-server';

const FIT = { major: 17, replica: false, hasIcu: true, missingRoles: [] };

test.each([
  ['the same', {}, 'i', null],
  ['a replica', { replica: true }, 'c', /^It is a read replica/],
  ['an older one', { major: 16 }, 'c', /^It is PostgreSQL 16 and the target 17; rehearse on the same major version\.$/],
  ['one without ICU', { hasIcu: false }, 'i', /^It was built without ICU/],
  ['one without ICU, which the target does not use', { hasIcu: false }, 'c', null],
  [
    'one without roles',
    { missingRoles: ['a', 'b', 'c', 'd', 'e'] },
    'c',
    /^It has no role a, b, c and 2 more, to whom/,
  ],
])('%s', (_, facts, provider, sentence) => {
  const told = whyUnfit('It', { ...FIT, ...facts }, { provider }, 17);
  if (sentence === null) expect(told).toBeNull();
  else expect(told).toMatch(sentence);
});
