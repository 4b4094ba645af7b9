// Questions that only Stripe itself can answer: how to ask each, how its answer reads in one line, and what we believe.
//
// The same code asks the stand-in, which must answer what we believe, and Stripe, where there is a key of a test account.
import { type Probe } from './ask.ts';
import { OPEN } from './open.ts';
import { RELIED_ON } from './relied-on.ts';

export const PROBES: Probe[] = [
  ...RELIED_ON.map((probe) => ({ ...probe, reliedOn: true })),
  ...OPEN.map((probe) => ({ ...probe, reliedOn: false })),
];
