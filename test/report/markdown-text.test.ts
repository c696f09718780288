import { block, code, prose, table } from '../../src/report/markdown-text';

describe('text from elsewhere in Markdown', () => {
  it('cannot break a table or become markup', () => {
    expect(prose('a | b\nc <script> *x* [y](z) `q` \\')).toBe(
      'a \\| b c &lt;script&gt; \\*x\\* \\[y\\](z) \\`q\\` \\\\',
    );
  });

  it('keeps the underscores inside names', () => {
    expect(prose('_prisma_migrations has add_users')).toBe('\\_prisma_migrations has add_users');
  });

  it('fences code longer than the backticks in it', () => {
    expect(code('a`b|c')).toBe('``a`b\\|c``');
    expect(code('`a`')).toBe('`` `a` ``');
    expect(code('')).toBe('');
    expect(block('sql', 'SELECT 1;\n```\n')).toBe('````sql\nSELECT 1;\n```\n````');
  });

  it('writes no table without rows', () => {
    expect(table(['a'], [])).toBe('');
    expect(table(['a', 'b'], [['1', '2']])).toBe('| a | b |\n| --- | --- |\n| 1 | 2 |');
  });
});
