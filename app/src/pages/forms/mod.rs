//! What the forms of codes and of campaigns have in common.

mod draft;
mod lines;

pub use draft::{Draft, Typed};
pub use lines::{DiscountRow, DurationRow, Line, choices, line};
