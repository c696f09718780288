/** Which differences of two schemas count, and which only say that a column came back behind the others. */
import { fingerprintOfScript, likeness } from '../../src/adapters/schema-fingerprint';

const TABLE = `CREATE TABLE public.orders (
    id integer NOT NULL,
    note text,
    CONSTRAINT positive CHECK ((id > 0))
);
COMMENT ON COLUMN public.orders.id IS 'Number';
COMMENT ON COLUMN public.orders.note IS 'Free text';
CREATE FUNCTION public.twice() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1;
    PERFORM 2;
END $$;
`;

const like = (other: string): string => likeness(fingerprintOfScript(TABLE), fingerprintOfScript(other));
const moved = (line: string, behind: string): string => TABLE.replace(line, '').replace(behind, behind + line);

test.each([
  ['itself', TABLE, 'same'],
  ['dumped by another session', `-- Dumped\n\nSET x = 1;\n\\restrict abc\n${TABLE}`, 'same'],
  ['a column behind the others', moved('    id integer NOT NULL,\n', '    note text,\n'), 'reordered'],
  [
    'its comment too',
    moved(
      `COMMENT ON COLUMN public.orders.id IS 'Number';\n`,
      `COMMENT ON COLUMN public.orders.note IS 'Free text';\n`,
    ),
    'reordered',
  ],
  ['a column of another type', TABLE.replace('note text', 'note varchar(9)'), 'different'],
  ['no constraint', TABLE.replace('    CONSTRAINT positive CHECK ((id > 0))\n', ''), 'different'],
  ['statements of a function in another order', moved('    PERFORM 1;\n', '    PERFORM 2;\n'), 'different'],
])('%s', (_what, other, expected) => {
  expect(like(other)).toBe(expected);
});
