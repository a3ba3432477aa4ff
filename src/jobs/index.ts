export type * from './requests';
export type * from './results';
