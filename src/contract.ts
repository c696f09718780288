/**
 * The words both sides of a deployment share: what a client sends, what the workflow answers, and the names they
 * meet under. Everything here travels through Temporal's history, so nothing here may carry a secret or a row of data.
 */
export * from './contract/names';
export * from './contract/people';
export * from './contract/plan';
export * from './contract/preparation';
export * from './contract/rehearsal';
export * from './contract/progress';
export * from './contract/health';
export * from './contract/undo';
export * from './contract/deployment';
