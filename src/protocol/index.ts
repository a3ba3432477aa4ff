/** What engine, editor and webviews say to each other. Types, and string constants only. */
export type * from '../jobs';
export type * from './state';
export type * from './inquiry';
export type * from './panel';
export type * from './inspector';
export type * from './classify';
export type * from './comparison';
export type * from './backbones';
export { comparedHeads, headFolds, mostRepeats, notifications, requests, usuallyCompared } from './engine';
export type * from './engine';
