export { deploy } from './deploy';
export { rollback } from './rollback';
