//! People: what is kept about somebody, erasing them, and rewards for those who earned elsewhere.

mod erase;
mod found;
mod import;
mod search;

pub use import::ImportRewards;
pub use search::People;
