//! The parts that every screen is made of, one each.

mod bar;
mod call;
mod chart;
mod code_block;
mod dialog;
mod field;
mod icon;
mod message;
mod status;
mod steps;
mod time;
mod toast;
mod usage_chart;

pub use bar::Bar;
pub use call::{Call, Refusal, SubmitButton};
pub use chart::{Chart, Day};
pub use code_block::{CodeBlock, CopyButton};
pub use dialog::{Ask, CloseButton, Dialog, DialogButton};
pub use field::{Choice, ReadField, Segmented, SelectField, TextArea, TextField, textarea_text};
pub use icon::{Icon, Logo};
pub use message::{Banner, ProblemView, Tone};
pub use status::{
    Badge, CampaignBadge, RewardBadge, StatusBadge, campaign_word, mail_tone, mail_word, status_word, sync_tone,
    sync_word,
};
pub use steps::{Step, StepState, Steps};
pub use time::{Time, clock, local, zone_name};
pub use toast::{Toasts, ToastsView};
pub use usage_chart::{UsageChart, UsageTotals};
