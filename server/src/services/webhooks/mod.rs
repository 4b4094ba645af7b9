//! What Stripe tells us by itself. A delivery is checked, kept and answered at once; what it means is worked out afterwards, from a
//! queue that is the table itself. Nothing depends on it: the sweep finds what was never delivered.

mod endpoints;
mod places;
mod process;
mod receive;
mod view;

pub(super) use places::Queue;
