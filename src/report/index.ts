/** Pure: what a deployment knows of itself -> what people and programs read of it. */
export { toJson } from './json';
export { toMarkdown } from './markdown';
export { toHtml } from './page';
