/** One function a type of statement; the tables of them lie beside this file, by theme. */
import type { Node } from '@pgsql/types';
import type { Of, Tag } from './ast';
import type { Draft } from './facts';

export type DescribeNode = (node: Node, draft: Draft) => void;
export type Describers = { [T in Tag]?: (statement: Of<T>, draft: Draft, describeNode: DescribeNode) => void };
