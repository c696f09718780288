import { msUntilOpen } from '../../src/policy/window';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const at = (hours: number, minutes = 0): number => hours * 60 + minutes;

/** 2026-01-07 is a Wednesday. */
const NIGHT = { days: [], from: at(2), to: at(4) };
const OVER_MIDNIGHT = { days: [], from: at(22), to: at(2) };
const [SATURDAY, SUNDAY, WEDNESDAY] = [6, 0, 3];

test.each([
  ['before it opens', '2026-01-07T00:30:00Z', NIGHT, 90 * MINUTE],
  ['to the millisecond', '2026-01-07T01:59:59.999Z', NIGHT, 1],
  ['at its opening', '2026-01-07T02:00:00Z', NIGHT, 0],
  ['inside', '2026-01-07T03:59:59.999Z', NIGHT, 0],
  ['at its end it is closed', '2026-01-07T04:00:00Z', NIGHT, 22 * HOUR],
  ['after it', '2026-01-07T12:00:00Z', NIGHT, 14 * HOUR],
  ['over midnight: in the evening', '2026-01-07T23:00:00Z', OVER_MIDNIGHT, 0],
  ['over midnight: in the morning', '2026-01-07T01:59:00Z', OVER_MIDNIGHT, 0],
  ['over midnight: between', '2026-01-07T02:00:00Z', OVER_MIDNIGHT, 20 * HOUR],
  ['over midnight at the turn of the year', '2026-01-01T00:30:00Z', OVER_MIDNIGHT, 0],
  ['the whole day', '2026-01-07T12:34:56Z', { days: [], from: 0, to: 0 }, 0],
  ['a whole day that begins at noon', '2026-01-07T11:59:00Z', { days: [], from: at(12), to: at(12) }, 0],
  ['another day of the week', '2026-01-07T03:00:00Z', { ...NIGHT, days: [SATURDAY] }, 2 * 24 * HOUR + 23 * HOUR],
  ['the day itself', '2026-01-10T03:00:00Z', { ...NIGHT, days: [SATURDAY] }, 0],
  [
    'the day itself, too late: a week',
    '2026-01-10T04:00:00Z',
    { ...NIGHT, days: [SATURDAY] },
    7 * 24 * HOUR - 2 * HOUR,
  ],
  [
    'the nearest of two days',
    '2026-01-07T05:00:00Z',
    { ...NIGHT, days: [WEDNESDAY, SUNDAY] },
    3 * 24 * HOUR + 21 * HOUR,
  ],
  ['over midnight, the day is that of the opening', '2026-01-11T01:00:00Z', { ...OVER_MIDNIGHT, days: [SATURDAY] }, 0],
  ['over midnight, not that of the closing', '2026-01-10T01:00:00Z', { ...OVER_MIDNIGHT, days: [SATURDAY] }, 21 * HOUR],
  ['a whole day of the week', '2026-01-10T23:59:59Z', { days: [SATURDAY], from: 0, to: 0 }, 0],
  ['a whole day of the week, over', '2026-01-11T00:00:00Z', { days: [SATURDAY], from: 0, to: 0 }, 6 * 24 * HOUR],
])('%s (%s)', (_, now, window, wait) => {
  expect(msUntilOpen(Date.parse(now), { ...window, zone: 'UTC' })).toBe(wait);
});

const BERLIN = 'Europe/Berlin';
/** Clocks go from 02:00 to 03:00 on 2026-03-29, and from 03:00 back to 02:00 on 2026-10-25. */
test.each([
  ['in winter it opens an hour before that of UTC', '2026-01-07T00:30:00Z', BERLIN, NIGHT, 30 * MINUTE],
  ['in summer two', '2026-07-08T00:00:00Z', BERLIN, NIGHT, 0],
  ['in summer, over', '2026-07-08T02:00:00Z', BERLIN, NIGHT, 22 * HOUR],
  ['clocks put forward: it opens when the hour is skipped', '2026-03-29T00:30:00Z', BERLIN, NIGHT, 30 * MINUTE],
  ['clocks put forward: it closes by the clock', '2026-03-29T01:59:59Z', BERLIN, NIGHT, 0],
  ['clocks put forward: the next one', '2026-03-29T02:00:00Z', BERLIN, NIGHT, 22 * HOUR],
  [
    'clocks put forward over all of it: the next day',
    '2026-03-29T00:30:00Z',
    BERLIN,
    { days: [], from: at(2), to: at(3) },
    23 * HOUR + 30 * MINUTE,
  ],
  [
    'clocks put forward over the only one of the week',
    '2026-03-29T00:30:00Z',
    BERLIN,
    { days: [SUNDAY], from: at(2), to: at(3) },
    6 * 24 * HOUR + 23 * HOUR + 30 * MINUTE,
  ],
  ['clocks put back: open in the hour that comes twice', '2026-10-25T01:30:00Z', BERLIN, NIGHT, 0],
  ['clocks put back: it closes by the clock', '2026-10-25T02:59:59Z', BERLIN, NIGHT, 0],
  ['clocks put back: over', '2026-10-25T03:00:00Z', BERLIN, NIGHT, 22 * HOUR],
  [
    'the day is that of the zone',
    '2026-01-11T05:00:00Z',
    'America/New_York',
    { ...OVER_MIDNIGHT, days: [SATURDAY] },
    0,
  ],
  [
    'the day is that of the zone, on the other side',
    '2026-01-09T12:00:00Z',
    'Pacific/Auckland',
    { ...NIGHT, days: [SATURDAY] },
    HOUR,
  ],
  ['a zone of quarters of an hour', '2026-01-07T20:00:00Z', 'Asia/Kathmandu', NIGHT, 15 * MINUTE],
])('%s (%s, %s)', (_, now, zone, window, wait) => {
  expect(msUntilOpen(Date.parse(now), { ...window, zone })).toBe(wait);
});

test('a zone that is not known is no open window', () => {
  expect(() => msUntilOpen(0, { ...NIGHT, zone: 'Mars/Olympus' })).toThrow(/does not know the time zone Mars\/Olympus/);
});
